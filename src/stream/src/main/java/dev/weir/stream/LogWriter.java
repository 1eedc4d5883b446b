package dev.weir.stream;

import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.Result;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a worker writes. A seam: Kafka's producer in the product, virtual time in
 * simulations. Records of one partition land in the order of the calls, unless one fails. Safe for
 * use by any thread.
 */
public interface LogWriter {
  /**
   * Partitions of the chunk log.
   *
   * @throws StreamUnavailableException if that is not known and Kafka does not answer
   */
  int partitions();

  /** Sends a chunk, once. */
  void chunk(
      int partition,
      String requestId,
      Chunk chunk,
      ContentType type,
      RequestHeaders about,
      Outcome outcome);

  /**
   * Copies a request that was given up to the dead ones.
   *
   * @param attempts how many there were
   */
  void bury(Delivery delivery, Failure reason, int attempts, Outcome outcome);

  /** Sends the finished result to the application's own topic. */
  void reply(Result result, ContentType type, RequestHeaders about, Outcome outcome);

  /** What became of a record. Called by any thread, which it must not block. */
  @FunctionalInterface
  interface Outcome {
    /**
     * @param offset where it lies; -1 if it failed
     * @param failure null if it is acknowledged; else it may or may not have landed
     */
    void onDone(long offset, @Nullable Exception failure);
  }
}
