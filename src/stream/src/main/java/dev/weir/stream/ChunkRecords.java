package dev.weir.stream;

import dev.weir.proto.Headers;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.RecordCodec;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How records of Kafka become ours. */
final class ChunkRecords {
  private static final Logger log = LoggerFactory.getLogger(ChunkRecords.class);
  static final RecordCodec CODEC = new RecordCodec();

  private ChunkRecords() {}

  /** The headers of a record as the codec reads them. */
  static Headers headers(ConsumerRecord<?, ?> record) {
    return name -> {
      Header header = record.headers().lastHeader(name);
      return header == null ? null : header.value();
    };
  }

  static @Nullable String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
  }

  /** Null if the record is not of the protocol: to every reader alike it is as if not there. */
  static @Nullable LogRecord decode(String key, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      return new LogRecord(
          record.partition(),
          record.offset(),
          record.timestamp(),
          CODEC.decodeChunk(key, record.value(), headers(record)).message());
    } catch (InvalidRequestException e) {
      log.warn(
          "the record at {}-{}@{} is no chunk: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
      return null;
    }
  }
}
