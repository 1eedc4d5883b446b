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
 *
 * <p>The status line waits for the first token, so that an error can still be a status; but not
 * longer than {@link GatewayConfig#headWait}, for proxies give up on silence.
 */
final class StreamingReply implements AnswerExchange.Reply {
  private final RoutingContext ctx;
  private final AnswerWriter writer;
  private final OpenAiCall call;
  private final SseResponse sse;
  private final BitSet opened = new BitSet();
  private final long headTimer;

  StreamingReply(
      RoutingContext ctx,
      GatewayServices services,
      AnswerWriter writer,
      OpenAiCall call,
      Generation generation,
      Runnable onStalled) {
    this.ctx = ctx;
    this.writer = writer;
    this.call = call;
    this.sse =
        new SseResponse(
            ctx.vertx(),
            ctx.request(),
            services.config(),
            services.metrics(),
            generation::pause,
            generation::resume,
            onStalled);
    this.headTimer =
        ctx.vertx().setTimer(services.config().headWait().toMillis(), fired -> beginInSilence());
  }

  private void beginInSilence() {
    if (!sse.begun()) {
      sse.begin();
      sse.comment();
    }
  }

  private void open(int index, @Nullable String fingerprint) {
    if (!sse.begun()) {
      sse.begin();
    }
    if (!opened.get(index)) {
      opened.set(index);
      String opening = writer.opening(fingerprint, index);
      if (opening != null) {
        sse.event(null, null, opening);
      }
    }
  }

  @Override
  public void onTokens(int index, Tokens tokens, @Nullable String fingerprint) {
    open(index, fingerprint);
    // Tokens that release no text (half a character) say nothing here, but their log-probabilities.
    if (!tokens.getText().isEmpty() || tokens.getLogprobsCount() > 0) {
      sse.event(null, null, writer.delta(fingerprint, index, tokens));
    }
  }

  @Override
  public void onEnd(int index, Finished finished, @Nullable String fingerprint) {
    open(index, fingerprint);
    if (!finished.getText().isEmpty()) {
      Tokens rest = Tokens.newBuilder().setText(finished.getText()).build();
      sse.event(null, null, writer.delta(fingerprint, index, rest));
    }
    sse.event(null, null, writer.finish(fingerprint, index, finished.getReason()));
  }

  @Override
  public void onAllEnded(List<Answer> answers, @Nullable String fingerprint) {
    if (call.includeUsage()) {
      sse.event(
          null, null, writer.usage(fingerprint, Answer.usage(answers, call.answersPerPrompt())));
    }
    sse.event(null, null, "[DONE]");
    sse.end();
  }

  @Override
  public void onFailed(ApiException failure) {
    if (sse.begun()) {
      sse.event(null, null, failure.body());
      sse.end();
    } else {
      ctx.fail(failure);
    }
  }

  @Override
  public void onStalled(ApiException failure) {
    sse.giveUp(null, failure.body());
  }

  @Override
  public void onBatchEnd() {
    sse.flush();
  }

  @Override
  public void stop() {
    ctx.vertx().cancelTimer(headTimer);
    sse.stop();
  }
}
