package dev.weir.simulation;

import com.google.protobuf.ByteString;
import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.Result;
import dev.weir.stream.Delivery;
import dev.weir.stream.LogWriter;
import dev.weir.stream.RequestHeaders;
import org.jspecify.annotations.Nullable;

/** Writes what the attempts of one slot write, with its worker's producer. */
final class SimulatedWriter implements LogWriter {
  private final SimulatedWorker worker;
  private final Cluster cluster;
  private @Nullable ByteString attempt;
  private boolean wrote;
  private boolean failed;
  private long acknowledgedTo;

  SimulatedWriter(SimulatedWorker worker) {
    this.worker = worker;
    this.cluster = worker.cluster;
  }

  /** Another request is held. */
  void begin() {
    wrote = false;
    failed = false;
    acknowledgedTo = -1;
  }

  /** The next attempt at it. */
  ByteString newAttempt() {
    ByteString id = cluster.newAttempt();
    attempt = id;
    return id;
  }

  /** The id of the attempt that writes now. */
  @Nullable ByteString attempt() {
    return attempt;
  }

  /** Whether anything was written for the request that is held. */
  boolean hasWritten() {
    return wrote;
  }

  /** Whether a send of its attempt failed. */
  boolean hasFailed() {
    return failed;
  }

  /** The last offset at which a record of its attempt is acknowledged; -1: at none. */
  long acknowledgedTo() {
    return acknowledgedTo;
  }

  @Override
  public int partitions() {
    return cluster.log.partitions();
  }

  @Override
  public void chunk(
      int partition,
      String requestId,
      Chunk chunk,
      ContentType type,
      RequestHeaders about,
      Outcome outcome) {
    wrote = true;
    if (chunk.hasTokens() && chunk.getTokens().getIdsCount() > 1) {
      cluster.count(Occurrence.BATCHED);
    }
    ByteString writing = chunk.getAttempt();
    worker.producer.chunk(
        partition,
        cluster.plan(requestId),
        chunk,
        (offset, failure) -> {
          if (writing.equals(attempt)) {
            acknowledgedTo = failure == null ? Math.max(acknowledgedTo, offset) : acknowledgedTo;
            failed |= failure != null;
          }
          outcome.onDone(offset, failure);
        });
  }

  @Override
  public void bury(Delivery delivery, Failure reason, int attempts, Outcome outcome) {
    worker.producer.bury(cluster.plan(delivery.requestId()), outcome);
  }

  @Override
  public void reply(Result result, ContentType type, RequestHeaders about, Outcome outcome) {
    throw new Violation("nobody asked for a reply");
  }
}
