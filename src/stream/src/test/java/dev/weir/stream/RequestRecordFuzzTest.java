package dev.weir.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.proto.HeaderNames;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.Failure;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes as a record of a request: its key, one header and its value. {@code mvn verify} runs
 * the committed inputs; {@code .ci/fuzz} searches for new ones.
 */
final class RequestRecordFuzzTest {
  private static final Topics TOPICS = new Topics("weir");
  private static final DeliveryReader READER =
      new DeliveryReader(TOPICS, "echo", "topic-id", new GroupSettings(15_000, 10, 10, 2_000));
  private static final List<String> HEADERS =
      List.of(
          HeaderNames.CONTENT_TYPE,
          HeaderNames.TENANT,
          HeaderNames.DEADLINE,
          HeaderNames.PRIORITY,
          HeaderNames.TRACEPARENT,
          HeaderNames.REPLY_TOPIC,
          HeaderNames.CORRELATION_ID,
          HeaderNames.RETRIED_AS,
          HeaderNames.REQUEST_TOPIC,
          HeaderNames.REQUEST_OFFSET,
          HeaderNames.REQUEST_BYTES,
          HeaderNames.ERROR_ATTEMPTS,
          HeaderNames.ERROR_CODE);

  @FuzzTest(maxDuration = "60s")
  void anyRecordIsARequestOrHasTheErrorThatAnswersIt(byte[] bytes) {
    Delivery delivery = READER.read(record(TOPICS.requests("echo"), bytes));
    check(delivery.requestId().matches("[A-Za-z0-9._:-]{1,128}"), "its id is none");
    InvalidRequestException invalid = delivery.invalid();
    if (invalid == null) {
      check(delivery.request().getModel().equals("echo"), "it is of another model");
      return;
    }
    Failure failure = invalid.toFailure();
    check(!failure.getCode().equals(DeliveryReader.UNREADABLE), failure.getMessage());
    check(failure.getMessage().length() < 2000, "its message is endless");
    // It reaches the dead ones, and whoever looks there sees the same of it.
    ProducerRecord<byte[], byte[]> copy = DeadRecords.copy(TOPICS.dead(), delivery, failure, 1);
    DeadLetter letter = DeadLetter.of(TOPICS, read(copy));
    check(letter.about().id().equals(delivery.requestId()), "its copy has another id");
    check(
        letter.about().failure().getCode().equals(failure.getCode()), "its copy has another error");
    check(letter.about().attempts() == 1, "its copy counts other attempts");
    check(letter.about().model().equals("echo"), "its copy is of another model");
    check(Arrays.equals(letter.value(), delivery.record().value()), "its copy asks something else");
  }

  @FuzzTest(maxDuration = "60s")
  void anyRecordAmongTheDeadCanBeShown(byte[] bytes) {
    DeadLetter letter = DeadLetter.of(TOPICS, record(TOPICS.dead(), bytes));
    check(letter.about().attempts() >= 0, "attempts that were none");
    check(letter.valueBytes() >= 0, "less than no bytes");
    check(letter.requestHeaders().deadlineMs() == 0, "its old deadline would count");
  }

  /** One byte for the length of the key, one for the header, one for its length. */
  private static ConsumerRecord<byte[], byte[]> record(String topic, byte[] bytes) {
    int key = length(bytes, 0, 3);
    int header = length(bytes, 2, 3 + key);
    Headers headers = new RecordHeaders();
    if (header > 0) {
      headers.add(
          HEADERS.get(Byte.toUnsignedInt(bytes[1]) % HEADERS.size()),
          Arrays.copyOfRange(bytes, 3 + key, 3 + key + header));
    }
    return record(
        topic,
        key == 0 ? null : Arrays.copyOfRange(bytes, 3, 3 + key),
        bytes.length <= 3 + key + header
            ? null
            : Arrays.copyOfRange(bytes, 3 + key + header, bytes.length),
        headers);
  }

  private static int length(byte[] bytes, int at, int before) {
    return at >= bytes.length
        ? 0
        : Math.clamp(bytes.length - before, 0, Byte.toUnsignedInt(bytes[at]));
  }

  private static ConsumerRecord<byte[], byte[]> read(ProducerRecord<byte[], byte[]> written) {
    return record(written.topic(), written.key(), written.value(), written.headers());
  }

  private static ConsumerRecord<byte[], byte[]> record(
      String topic, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    return new ConsumerRecord<>(
        topic,
        0,
        42,
        1_700_000_000_000L,
        TimestampType.LOG_APPEND_TIME,
        key == null ? -1 : key.length,
        value == null ? -1 : value.length,
        key,
        value,
        headers,
        Optional.empty());
  }

  private static void check(boolean right, String problem) {
    if (!right) {
      throw new AssertionError(problem);
    }
  }
}
