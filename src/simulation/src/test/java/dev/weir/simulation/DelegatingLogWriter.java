package dev.weir.simulation;

import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.Result;
import dev.weir.stream.Delivery;
import dev.weir.stream.LogWriter;
import dev.weir.stream.RequestHeaders;

/** Writes as another one does; a mutant changes some of it. */
class DelegatingLogWriter implements LogWriter {
  private final LogWriter writer;

  DelegatingLogWriter(LogWriter writer) {
    this.writer = writer;
  }

  @Override
  public int partitions() {
    return writer.partitions();
  }

  @Override
  public void chunk(
      int partition,
      String requestId,
      Chunk chunk,
      ContentType type,
      RequestHeaders about,
      Outcome outcome) {
    writer.chunk(partition, requestId, chunk, type, about, outcome);
  }

  @Override
  public void bury(Delivery delivery, Failure reason, int attempts, Outcome outcome) {
    writer.bury(delivery, reason, attempts, outcome);
  }

  @Override
  public void reply(Result result, ContentType type, RequestHeaders about, Outcome outcome) {
    writer.reply(result, type, about, outcome);
  }
}
