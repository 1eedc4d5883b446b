package dev.weir.stream;

import dev.weir.proto.CloudEvents;
import dev.weir.proto.ContentType;
import dev.weir.proto.HeaderNames;
import dev.weir.proto.v1.Cancel;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Control;
import dev.weir.proto.v1.GenerationRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Records as they are written. */
final class Records {
  private Records() {}

  /**
   * A chunk; tenant, trace and CloudEvents headers only on those that are events.
   *
   * @param source a URI reference of the writer
   */
  static ProducerRecord<byte[], byte[]> chunk(
      String topic,
      int partition,
      String requestId,
      Chunk chunk,
      ContentType type,
      RequestHeaders about,
      String source,
      long nowMs) {
    var record =
        new ProducerRecord<>(
            topic,
            partition,
            utf8(requestId),
            ChunkRecords.CODEC.encodeChunk(requestId, chunk, type));
    record.headers().add(HeaderNames.CONTENT_TYPE, type.headerValue());
    Map<String, byte[]> event = CloudEvents.ofChunk(requestId, chunk, source, nowMs);
    if (!event.isEmpty()) {
      event.forEach(record.headers()::add);
      add(record.headers(), HeaderNames.TENANT, about.tenant());
      add(record.headers(), HeaderNames.TRACEPARENT, about.traceparent());
    }
    return record;
  }

  static ProducerRecord<byte[], byte[]> request(
      String topic, GenerationRequest request, RequestHeaders headers, String source, long nowMs) {
    ContentType type = request.getJsonChunks() ? ContentType.JSON : ContentType.PROTOBUF;
    var record =
        new ProducerRecord<>(
            topic, utf8(request.getId()), ChunkRecords.CODEC.encodeRequest(request, type));
    Headers to = record.headers();
    to.add(HeaderNames.CONTENT_TYPE, type.headerValue());
    CloudEvents.ofRequest(request.getId(), source, nowMs).forEach(to::add);
    add(to, HeaderNames.TENANT, headers.tenant());
    add(to, HeaderNames.TRACEPARENT, headers.traceparent());
    add(to, HeaderNames.REPLY_TOPIC, headers.replyTopic());
    add(to, HeaderNames.CORRELATION_ID, headers.correlationId());
    if (headers.deadlineMs() != 0) {
      add(to, HeaderNames.DEADLINE, Long.toString(headers.deadlineMs()));
    }
    if (headers.priority() != 0) {
      add(to, HeaderNames.PRIORITY, Integer.toString(headers.priority()));
    }
    return record;
  }

  static ProducerRecord<byte[], byte[]> cancel(
      String topic, String requestId, String reason, long nowMs) {
    Control control =
        Control.newBuilder()
            .setCancel(
                Cancel.newBuilder().setRequestId(requestId).setReason(reason).setCreatedMs(nowMs))
            .build();
    var record =
        new ProducerRecord<>(
            topic,
            utf8(requestId),
            ChunkRecords.CODEC.encodeControl(control, ContentType.PROTOBUF));
    record.headers().add(HeaderNames.CONTENT_TYPE, ContentType.PROTOBUF.headerValue());
    return record;
  }

  static void add(Headers to, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      to.add(name, utf8(value));
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
