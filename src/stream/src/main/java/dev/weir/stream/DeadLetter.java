package dev.weir.stream;

import dev.weir.proto.ContentType;
import dev.weir.proto.HeaderNames;
import dev.weir.proto.Headers;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.GenerationRequest;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A dead request with all that was kept of it.
 *
 * @param about what the list of them says
 * @param headers as they are on its record, in order
 * @param value as it was published; null if it had none or was too large to be kept
 * @param valueBytes how many bytes it had
 * @param contentType its form; JSON where that cannot be read either
 * @param request what it asks; null if it cannot be read
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DeadLetter(
    DeadRequest about,
    List<HeaderValue> headers,
    byte @Nullable [] value,
    long valueBytes,
    ContentType contentType,
    @Nullable GenerationRequest request) {

  /** A header of a record. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record HeaderValue(String name, byte @Nullable [] value) {}

  /** Whether its value was left out because it is too large. */
  public boolean isTooLarge() {
    return value == null && valueBytes > 0;
  }

  /** What travelled beside it, without its deadline; what cannot be read is left out. */
  RequestHeaders requestHeaders() {
    Headers all = this::last;
    int priority;
    try {
      priority = all.priority();
    } catch (InvalidRequestException _) {
      priority = 0;
    }
    return new RequestHeaders(
        about.tenant().isEmpty() ? RequestHeaders.NONE.tenant() : about.tenant(),
        0,
        priority,
        all.traceparent(),
        all.text(HeaderNames.REPLY_TOPIC),
        all.text(HeaderNames.CORRELATION_ID));
  }

  private byte @Nullable [] last(String name) {
    for (HeaderValue header : headers.reversed()) {
      if (header.name().equals(name)) {
        return header.value();
      }
    }
    return null;
  }

  DeadLetter retriedAs(String newId) {
    return new DeadLetter(about.retriedAs(newId), headers, value, valueBytes, contentType, request);
  }

  /** Reads a record; whoever can write to the topic may have written anything. */
  static DeadLetter of(Topics topics, ConsumerRecord<byte[], byte[]> record) {
    Headers headers = ChunkRecords.headers(record);
    String key = ChunkRecords.key(record);
    String id = key == null ? "" : key;
    List<HeaderValue> all = new ArrayList<>();
    record.headers().forEach(header -> all.add(new HeaderValue(header.key(), header.value())));
    long left = number(headers, HeaderNames.REQUEST_BYTES, -1);
    byte[] value = left >= 0 ? null : record.value();
    long bytes = left >= 0 ? left : value == null ? 0 : value.length;
    return new DeadLetter(
        about(topics, id, record, headers),
        List.copyOf(all),
        value,
        bytes,
        contentType(headers),
        request(value, headers));
  }

  /** The same without reading what it asks. */
  static DeadRequest about(
      Topics topics, String id, ConsumerRecord<byte[], byte[]> record, Headers headers) {
    String topic = text(headers, HeaderNames.REQUEST_TOPIC);
    String model = topics.modelOf(topic);
    return new DeadRequest(
        id,
        record.timestamp(),
        model == null ? "" : model,
        tenant(headers),
        Failure.newBuilder()
            .setKind(text(headers, HeaderNames.ERROR_KIND))
            .setCode(text(headers, HeaderNames.ERROR_CODE))
            .setField(text(headers, HeaderNames.ERROR_FIELD))
            .setMessage(text(headers, HeaderNames.ERROR_MESSAGE))
            .build(),
        (int) Math.min(number(headers, HeaderNames.ERROR_ATTEMPTS, 0), Integer.MAX_VALUE),
        topic,
        number(headers, HeaderNames.REQUEST_OFFSET, -1),
        headers.text(HeaderNames.RETRY_OF),
        null);
  }

  private static @Nullable GenerationRequest request(byte @Nullable [] value, Headers headers) {
    if (value == null) {
      return null;
    }
    try {
      return ChunkRecords.CODEC.decodeRequest(null, value, headers).message();
    } catch (InvalidRequestException _) {
      return null; // that is why it is here
    }
  }

  private static ContentType contentType(Headers headers) {
    try {
      return headers.contentType();
    } catch (InvalidRequestException _) {
      return ContentType.JSON;
    }
  }

  private static String tenant(Headers headers) {
    try {
      return headers.tenant();
    } catch (InvalidRequestException _) {
      return "";
    }
  }

  private static String text(Headers headers, String name) {
    String text = headers.text(name);
    return text == null ? "" : text;
  }

  private static long number(Headers headers, String name, long otherwise) {
    String text = headers.text(name);
    if (text == null || !text.matches("[0-9]{1,18}")) {
      return otherwise;
    }
    return Long.parseLong(text);
  }
}
