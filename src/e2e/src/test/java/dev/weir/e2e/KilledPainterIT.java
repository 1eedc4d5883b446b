package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.client.Answer;
import dev.weir.client.AnswerEvent;
import dev.weir.client.WeirClient;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.Sampling;
import dev.weir.stream.EmbeddedBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker is killed while it draws. */
final class KilledPainterIT {
  private static final int PICTURES = 10;

  @TempDir Path folder = Path.of("");

  private static WeirProcess worker(EmbeddedBroker broker) throws Exception {
    WeirProcess worker =
        WeirProcess.start(
            "image-worker",
            "pixel",
            "--bootstrap",
            broker.bootstrap(),
            "--port",
            "0",
            "--slots",
            "1"); // one after the other, so that there is a middle
    worker.awaitLine("is ready");
    return worker;
  }

  private static GenerationRequest.Builder request() {
    return WeirClient.draw("pixel", "a person with blue hair")
        .setSampling(Sampling.newBuilder().setSeed(11))
        .setImage(ImageOptions.newBuilder().setN(PICTURES).setPreviews(4));
  }

  /** What readers of a stream were given. */
  private record Seen(List<AnswerEvent> events) {
    List<ByteString> pictures() {
      return events.stream()
          .filter(AnswerEvent.Image.class::isInstance)
          .map(event -> ByteString.copyFrom(((AnswerEvent.Image) event).picture().bytes()))
          .toList();
    }

    List<String> workers() {
      return events.stream()
          .filter(AnswerEvent.Began.class::isInstance)
          .map(event -> ((AnswerEvent.Began) event).started().getWorker())
          .toList();
    }

    Finished end() {
      return ((AnswerEvent.End) events.getLast()).finished();
    }
  }

  private static Seen ask(WeirClient client, Consumer<Seen> watcher) {
    Seen seen = new Seen(new ArrayList<>());
    try (Answer answer = client.ask(request())) {
      for (AnswerEvent event : answer) {
        seen.events().add(event);
        watcher.accept(seen);
      }
    }
    return seen;
  }

  @Test
  void anotherWorkerDrawsTheRestAndEveryPictureIsWhatItWouldHaveBeen() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
        WeirProcess first = worker(broker);
        WeirProcess second = worker(broker);
        WeirClient client = WeirClient.connect(broker.bootstrap())) {
      Seen undisturbed = ask(client, _ -> {});
      assertThat(undisturbed.workers()).hasSize(1);
      assertThat(undisturbed.pictures()).hasSize(PICTURES).doesNotHaveDuplicates();

      Seen seen =
          ask(
              client,
              so -> {
                if (so.pictures().size() == 1) {
                  String holder = so.workers().getFirst();
                  boolean its = holder.endsWith(Long.toString(first.process().pid()));
                  (its ? first : second).process().destroyForcibly();
                }
              });

      assertThat(seen.workers()).hasSize(2).doesNotHaveDuplicates();
      assertThat(seen.pictures()).isEqualTo(undisturbed.pictures());
      assertThat(seen.end().getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
      assertThat(seen.end().getTotal()).isEqualTo(PICTURES);
    }
  }
}
