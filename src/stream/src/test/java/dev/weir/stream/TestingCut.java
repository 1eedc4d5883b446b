package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;

/** Acknowledged records that a broker loses. */
final class TestingCut {
  private TestingCut() {}

  /**
   * Cuts a partition of the stopped broker before a record, and has the broker believe that it was
   * killed: then it takes the segment as it is, and makes anew what it knows of it.
   */
  static void before(Cursor at, String topic, Path data) throws IOException {
    Path logs = data.resolve("kafka");
    Path partition = logs.resolve(topic + "-" + at.partition());
    try (FileRecords segment =
        FileRecords.open(partition.resolve("%020d.log".formatted(0)).toFile())) {
      int position = segment.sizeInBytes();
      for (FileChannelRecordBatch batch : segment.batches()) {
        if (batch.baseOffset() >= at.offset()) {
          position = Math.min(position, batch.position());
        }
      }
      assertThat(segment.truncateTo(position)).isPositive();
    }
    try (Stream<Path> files = Files.list(partition)) {
      for (Path file : files.filter(f -> f.toString().matches(".*(index|snapshot)")).toList()) {
        Files.delete(file);
      }
    }
    Files.delete(logs.resolve(".kafka_cleanshutdown"));
  }
}
