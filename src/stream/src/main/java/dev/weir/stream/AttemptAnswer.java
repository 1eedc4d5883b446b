package dev.weir.stream;

import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Position;
import dev.weir.proto.v1.Result;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.Timings;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.Usage;
import java.time.Duration;
import java.util.List;

/** What an attempt says in words and numbers: its `started`, its `finished`, the result. */
final class AttemptAnswer {
  /** The kind of a failure that is ours. */
  static final String INTERNAL = "internal";

  private final Delivery delivery;
  private final String worker;
  private final long createdMs;
  private long startedMs;
  private int promptTokens;
  private int cachedTokens;
  private long firstMs;
  private long lastMs;

  AttemptAnswer(Delivery delivery, String worker) {
    this.delivery = delivery;
    this.worker = worker;
    long created = delivery.request().getCreatedMs();
    // A publisher's clock may be ahead of the brokers'.
    this.createdMs = created > 0 && created <= delivery.appendMs() ? created : delivery.appendMs();
  }

  /**
   * The request's own deadline, or the default one from when the broker appended it: a publisher
   * may have any clock. In no case beyond the life of a request.
   */
  long deadlineMs(Duration byDefault) {
    long named = delivery.headers().deadlineMs();
    long deadline = named != 0 ? named : delivery.appendMs() + byDefault.toMillis();
    return Math.min(deadline, delivery.appendMs() + TopicPlan.LIFE.toMillis() / 2);
  }

  /** It waits for room no longer. */
  void starts(long nowMs) {
    startedMs = nowMs;
  }

  Started started(int partition, long fromOffset, long deadlineMs, String numericsId) {
    GenerationRequest request = delivery.request();
    return Started.newBuilder()
        .setFrom(Position.newBuilder().setPartition(partition).setOffset(fromOffset))
        .setModel(request.getModel())
        .setTenant(delivery.headers().tenant())
        .setCreatedMs(createdMs)
        .setStartedMs(startedMs)
        .setDeadlineMs(deadlineMs)
        .setWorker(worker)
        .setRequestOffset(delivery.offset())
        .setRequestTopic(delivery.topic())
        .setNumericsId(numericsId)
        .setPriority(delivery.headers().priority())
        .build();
  }

  /** Tokens of earlier attempts, which tell the prompt's length. */
  void emitted(List<Tokens> tokens) {
    tokens.forEach(this::countPrompt);
  }

  /** Tokens of this attempt. */
  void made(Tokens tokens, long nowMs) {
    countPrompt(tokens);
    lastMs = tokens.getBornMs() > 0 ? tokens.getBornMs() : nowMs;
    if (firstMs == 0) {
      firstMs = lastMs;
    }
  }

  private void countPrompt(Tokens tokens) {
    if (promptTokens == 0) {
      promptTokens = tokens.getPromptTokens();
      cachedTokens = tokens.getCachedTokens();
    }
  }

  /** An end that no generator told. */
  Finished without(FinishReason reason) {
    return Finished.newBuilder().setReason(reason).build();
  }

  Finished failed(Failure failure) {
    return Finished.newBuilder()
        .setReason(FinishReason.FINISH_REASON_ERROR)
        .setError(failure)
        .build();
  }

  static Failure internal(String code, String message) {
    return Failure.newBuilder()
        .setKind(INTERNAL)
        .setCode(code)
        .setMessage(message)
        .setHttpStatus(500)
        .build();
  }

  /** With its total, and the numbers that the generator left open. */
  Finished complete(Finished finished, long total, long nowMs) {
    Finished.Builder complete = finished.toBuilder().setTotal(total);
    Usage.Builder usage =
        finished.hasUsage()
            ? finished.getUsage().toBuilder()
            : Usage.newBuilder().setPromptTokens(promptTokens).setCachedTokens(cachedTokens);
    // A generator that ends before it proceeds does not know what earlier attempts emitted.
    complete.setUsage(usage.setCompletionTokens((int) Math.min(total, Integer.MAX_VALUE)));
    if (!finished.hasTimings()) {
      complete.setTimings(
          Timings.newBuilder()
              .setQueuedMs(Math.max(0, startedMs - createdMs))
              .setPrefillMs(Math.max(0, (firstMs == 0 ? nowMs : firstMs) - startedMs))
              .setDecodeMs(Math.max(0, lastMs - firstMs)));
    }
    return complete.build();
  }

  Result result(LogView.Stream stream, long nowMs) {
    StringBuilder text = new StringBuilder();
    Result.Builder result =
        Result.newBuilder()
            .setRequestId(delivery.requestId())
            .setModel(delivery.request().getModel())
            .setTenant(delivery.headers().tenant())
            .setReason(stream.finished().getReason())
            .setCreatedMs(createdMs)
            .setFinishedMs(nowMs)
            .setWorker(worker)
            .setAttempts(stream.attempts());
    for (Tokens tokens : stream.tokens()) {
      text.append(tokens.getText());
      result.addAllTokenIds(tokens.getIdsList());
    }
    result.setText(text.append(stream.finished().getText()).toString());
    if (stream.finished().hasUsage()) {
      result.setUsage(stream.finished().getUsage());
    }
    if (stream.finished().hasTimings()) {
      result.setTimings(stream.finished().getTimings());
    }
    if (stream.finished().hasError()) {
      result.setError(stream.finished().getError());
    }
    return result.build();
  }
}
