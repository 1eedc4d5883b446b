package dev.weir.stream;

import dev.weir.proto.v1.GenerationRequest;
import java.util.concurrent.CompletionStage;

/** Writes requests and cancellations. Safe for use by any thread; no method blocks. */
public interface RequestPublisher extends AutoCloseable {
  /**
   * Draws an id if the request has none, writes {@code queued} to the chunk log, then the request.
   *
   * @return completed when Kafka has acknowledged both; fails with the cause if it is unsure
   *     whether the request arrived, after cancelling it
   */
  CompletionStage<Published> publish(GenerationRequest request, RequestHeaders headers);

  /**
   * Asks every worker to end a request; completes when Kafka has acknowledged. No error if it has
   * ended already.
   */
  CompletionStage<Void> cancel(String requestId, String reason);

  @Override
  void close();

  /** A request in the log. Its chunks lie at or after {@code from}. */
  record Published(String requestId, Cursor from) {}
}
