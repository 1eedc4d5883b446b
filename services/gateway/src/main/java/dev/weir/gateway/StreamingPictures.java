package dev.weir.gateway;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of a call as a stream of events: previews of each, then each whole. The last one waits
 * for the end, which tells the usage and the warnings that its event has.
 */
final class StreamingPictures implements AnswerExchange.Reply {
  private final ImageWriter writer;
  private final ImageCall call;
  private final EventReply events;
  private final int[] shownPreviews; // of each picture
  private final int[] shownStep; // of each picture, of its last preview
  private int came;
  private @Nullable ImagePart last;

  StreamingPictures(
      RoutingContext ctx,
      GatewayServices services,
      ImageWriter writer,
      ImageCall call,
      Generation generation,
      Runnable onStalled) {
    this.writer = writer;
    this.call = call;
    this.events = new EventReply(ctx, services, generation, "error", onStalled);
    this.shownPreviews = new int[call.count()];
    this.shownStep = new int[call.count()];
  }

  @Override
  public void onPreview(Preview preview) {
    int picture = preview.getPicture();
    // Another worker, or a reading that was opened again, shows the same once more.
    if (picture < came || picture >= call.count() || preview.getStep() <= shownStep[picture]) {
      return;
    }
    shownStep[picture] = preview.getStep();
    events.event(ImageWriter.PARTIAL, writer.partial(shownPreviews[picture]++, preview));
  }

  @Override
  public void onPicture(ImagePart picture) {
    came++;
    if (came < call.count()) {
      events.event(ImageWriter.COMPLETED, writer.completed(picture, Finished.getDefaultInstance()));
    } else {
      last = picture;
    }
  }

  @Override
  public void onAllEnded(List<Answer> answers, @Nullable String fingerprint) {
    Finished finished = answers.getFirst().finished();
    ImagePart held = last;
    if (held == null) {
      events.fail(writer.incomplete(came, finished.getReason()));
      return;
    }
    events.event(ImageWriter.COMPLETED, writer.completed(held, finished));
    events.end();
  }

  @Override
  public void onFailed(ApiException failure) {
    events.fail(failure);
  }

  @Override
  public void onStalled(ApiException failure) {
    events.giveUp(failure);
  }

  @Override
  public void onBatchEnd() {
    events.flush();
  }

  @Override
  public void stop() {
    events.stop();
  }
}
