package dev.weir.stream;

import dev.weir.proto.HeaderNames;
import dev.weir.proto.v1.Failure;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** Records of the dead requests, as they are written. */
final class DeadRecords {
  /** What a record of the topic may have, less room for the headers that are added. */
  static final int MAX_COPIED_BYTES = TopicPlan.MAX_RECORD_BYTES - 64 * 1024;

  private static final int MAX_MESSAGE = 2_000;

  /** What only these records say; of a request it would be taken for ours. */
  private static final Set<String> OURS =
      Set.of(
          HeaderNames.ERROR_KIND,
          HeaderNames.ERROR_CODE,
          HeaderNames.ERROR_FIELD,
          HeaderNames.ERROR_MESSAGE,
          HeaderNames.ERROR_ATTEMPTS,
          HeaderNames.REQUEST_TOPIC,
          HeaderNames.REQUEST_OFFSET,
          HeaderNames.REQUEST_BYTES,
          HeaderNames.RETRIED_AS);

  private DeadRecords() {}

  /** Whether only records of dead requests have such a header. */
  static boolean isOurs(String header) {
    return OURS.contains(header);
  }

  /**
   * The copy of a request that was given up: as it was, unless it is too large for that.
   *
   * @param attempts how many there were
   */
  static ProducerRecord<byte[], byte[]> copy(
      String topic, Delivery delivery, Failure reason, int attempts) {
    byte[] value = delivery.record().value();
    int valueBytes = value == null ? 0 : value.length;
    int headerBytes = headerBytes(delivery.record());
    boolean whole = (long) valueBytes + headerBytes <= MAX_COPIED_BYTES;
    var record =
        new ProducerRecord<>(
            topic, Records.utf8(delivery.requestId()), whole ? value : new byte[0]);
    Headers to = record.headers();
    if (headerBytes <= MAX_COPIED_BYTES) {
      delivery.record().headers().stream().filter(h -> !isOurs(h.key())).forEach(to::add);
    }
    Records.add(to, HeaderNames.ERROR_KIND, reason.getKind());
    Records.add(to, HeaderNames.ERROR_CODE, reason.getCode());
    Records.add(to, HeaderNames.ERROR_FIELD, shortened(reason.getField()));
    Records.add(to, HeaderNames.ERROR_MESSAGE, shortened(reason.getMessage()));
    Records.add(to, HeaderNames.ERROR_ATTEMPTS, Integer.toString(attempts));
    Records.add(to, HeaderNames.REQUEST_TOPIC, delivery.topic());
    Records.add(to, HeaderNames.REQUEST_OFFSET, Long.toString(delivery.offset()));
    if (!whole) {
      Records.add(to, HeaderNames.REQUEST_BYTES, Integer.toString(valueBytes));
    }
    return record;
  }

  /** Says that a request was published again. */
  static ProducerRecord<byte[], byte[]> retried(String topic, String requestId, String newId) {
    var record = new ProducerRecord<byte[], byte[]>(topic, Records.utf8(requestId), null);
    Records.add(record.headers(), HeaderNames.RETRIED_AS, newId);
    return record;
  }

  private static int headerBytes(Delivery.Raw record) {
    long bytes = record.key() == null ? 0 : record.key().length;
    for (Header header : record.headers()) {
      bytes += header.key().getBytes(StandardCharsets.UTF_8).length + 16L;
      bytes += header.value() == null ? 0 : header.value().length;
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private static String shortened(String text) {
    return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
  }
}
