package dev.weir.textworker;

import com.google.protobuf.ByteString;
import dev.weir.engine.Generation;
import dev.weir.engine.NonFiniteLogits;
import dev.weir.engine.Outcome;
import dev.weir.engine.TextListener;
import dev.weir.engine.TokenBytes;
import dev.weir.engine.TokenSpan;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Timings;
import dev.weir.proto.v1.TokenLogprob;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.TopLogprob;
import dev.weir.proto.v1.Usage;
import dev.weir.stream.Generator;
import java.time.InstantSource;
import java.util.List;

/** Writes what the engine makes of one request as records of the stream. */
final class TextJob implements TextListener {
  private final Generator.Sink sink;
  private final TokenBytes tokenBytes;
  private final InstantSource clock;
  private final long createdMs;

  // set before the output begins, read by the engine's thread
  private volatile boolean continued;
  // of the engine's thread
  private long admittedMs;
  private boolean begun;
  private long firstBornMs;
  private long lastBornMs;

  /**
   * @param createdMs when the request was written, milliseconds since 1970; 0 if it does not say
   */
  TextJob(Generator.Sink sink, TokenBytes tokenBytes, InstantSource clock, long createdMs) {
    this.sink = sink;
    this.tokenBytes = tokenBytes;
    this.clock = clock;
    this.createdMs = createdMs > 0 ? createdMs : clock.millis();
  }

  /** The side of the intake. */
  Generator.Job of(Generation generation) {
    return new Generator.Job() {
      @Override
      public void proceed(List<Tokens> emitted, long nextIndex) {
        continued = !emitted.isEmpty();
        generation.proceed(
            emitted.stream().flatMapToInt(t -> t.getIdsList().stream().mapToInt(i -> i)).toArray());
      }

      @Override
      public void cancel() {
        generation.cancel();
      }

      @Override
      public void abandon() {
        generation.abandon();
      }
    };
  }

  @Override
  public void onAdmitted() {
    admittedMs = clock.millis();
    sink.admitted();
  }

  @Override
  public void onTokens(TokenSpan span) {
    lastBornMs = span.born().toEpochMilli();
    Tokens.Builder tokens =
        Tokens.newBuilder()
            .setFirstIndex(span.firstIndex())
            .setText(span.text())
            .setBornMs(lastBornMs);
    for (int id : span.ids()) {
      tokens.addIds(id);
    }
    for (TokenSpan.TokenLogprob logprob : span.logprobs()) {
      tokens.addLogprobs(logprob(logprob));
    }
    if (!begun) {
      begun = true;
      firstBornMs = lastBornMs;
      tokens.setPromptTokens(span.promptTokens()).setCachedTokens(span.cachedTokens());
    }
    sink.tokens(tokens.build());
  }

  private TokenLogprob logprob(TokenSpan.TokenLogprob logprob) {
    TokenLogprob.Builder builder =
        TokenLogprob.newBuilder()
            .setId(logprob.id())
            .setLogprob(logprob.logprob())
            .setBytes(bytes(logprob.id()));
    for (TokenSpan.TopLogprob top : logprob.top()) {
      builder.addTop(
          TopLogprob.newBuilder()
              .setId(top.id())
              .setLogprob(top.logprob())
              .setBytes(bytes(top.id())));
    }
    return builder.build();
  }

  private ByteString bytes(int token) {
    return ByteString.copyFrom(tokenBytes.bytes(token));
  }

  @Override
  public void onFinished(Outcome outcome) {
    Finished.Builder finished =
        Finished.newBuilder()
            .setReason(reason(outcome.reason()))
            .setTotal(outcome.total())
            .setText(outcome.text())
            .setStop(outcome.stop())
            .setTimings(timings())
            .setUsage(
                Usage.newBuilder()
                    .setPromptTokens(outcome.promptTokens())
                    .setCompletionTokens((int) outcome.total())
                    .setCachedTokens(outcome.cachedTokens()));
    Throwable error = outcome.error();
    if (error != null) {
      finished.setError(failure(error));
    }
    sink.finished(finished.build());
  }

  /** Those of an output that another worker began cannot be known here: they are left out. */
  private Timings timings() {
    if (continued || !begun) {
      return Timings.getDefaultInstance();
    }
    return Timings.newBuilder()
        .setQueuedMs(Math.max(0, admittedMs - createdMs))
        .setPrefillMs(Math.max(0, firstBornMs - admittedMs))
        .setDecodeMs(Math.max(0, lastBornMs - firstBornMs))
        .build();
  }

  private static Failure failure(Throwable error) {
    return Failure.newBuilder()
        .setKind("internal")
        .setCode("internal_error")
        .setMessage(
            "the worker failed: " + (error instanceof NonFiniteLogits ? error.getMessage() : error))
        .setHttpStatus(500)
        .build();
  }

  private static FinishReason reason(dev.weir.engine.FinishReason reason) {
    return switch (reason) {
      case STOP -> FinishReason.FINISH_REASON_STOP;
      case LENGTH -> FinishReason.FINISH_REASON_LENGTH;
      case CANCELLED -> FinishReason.FINISH_REASON_CANCELLED;
      case DEADLINE -> FinishReason.FINISH_REASON_DEADLINE;
      case ERROR -> FinishReason.FINISH_REASON_ERROR;
    };
  }
}
