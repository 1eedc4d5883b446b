package dev.weir.gateway;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Tokens;
import io.vertx.ext.web.RoutingContext;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All answers of a call as one stream of events: for each choice its role, its text, why it ended;
 * then the usage if asked for, then {@code [DONE]}.
 */
final class StreamingReply implements AnswerExchange.Reply {
  private final AnswerWriter writer;
  private final OpenAiCall call;
  private final EventReply events;
  private final BitSet opened = new BitSet();

  StreamingReply(
      RoutingContext ctx,
      GatewayServices services,
      AnswerWriter writer,
      OpenAiCall call,
      Generation generation,
      Runnable onStalled) {
    this.writer = writer;
    this.call = call;
    this.events = new EventReply(ctx, services, generation, null, onStalled);
  }

  private void open(int index, @Nullable String fingerprint) {
    if (!opened.get(index)) {
      opened.set(index);
      String opening = writer.opening(fingerprint, index);
      if (opening != null) {
        events.event(null, opening);
      }
    }
  }

  @Override
  public void onTokens(int index, Tokens tokens, @Nullable String fingerprint) {
    open(index, fingerprint);
    // Tokens that release no text (half a character) say nothing here, but their log-probabilities.
    if (!tokens.getText().isEmpty() || tokens.getLogprobsCount() > 0) {
      events.event(null, writer.delta(fingerprint, index, tokens));
    }
  }

  @Override
  public void onEnd(int index, Finished finished, @Nullable String fingerprint) {
    open(index, fingerprint);
    if (!finished.getText().isEmpty()) {
      Tokens rest = Tokens.newBuilder().setText(finished.getText()).build();
      events.event(null, writer.delta(fingerprint, index, rest));
    }
    events.event(null, writer.finish(fingerprint, index, finished.getReason()));
  }

  @Override
  public void onAllEnded(List<Answer> answers, @Nullable String fingerprint) {
    if (call.includeUsage()) {
      events.event(null, writer.usage(fingerprint, Answer.usage(answers, call.answersPerPrompt())));
    }
    events.event(null, "[DONE]");
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
