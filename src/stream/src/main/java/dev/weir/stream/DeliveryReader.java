package dev.weir.stream;

import dev.weir.proto.ContentType;
import dev.weir.proto.Decoded;
import dev.weir.proto.HeaderNames;
import dev.weir.proto.Headers;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.RequestValidator;
import dev.weir.proto.v1.GenerationRequest;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads request records of one model. What is wrong with one becomes the answer to it. */
final class DeliveryReader {
  private static final Logger log = LoggerFactory.getLogger(DeliveryReader.class);

  /** The code of what nobody has thought of. */
  static final String UNREADABLE = "unreadable";

  /** Ids go into keys, JSON and URLs. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private final Topics topics;
  private final String model;
  private final String topicId;
  private final GroupSettings group;
  private final RequestValidator validator = new RequestValidator();

  DeliveryReader(Topics topics, String model, String topicId, GroupSettings group) {
    this.topics = topics;
    this.model = model;
    this.topicId = topicId;
    this.group = group;
  }

  Delivery read(ConsumerRecord<byte[], byte[]> record) {
    Headers headers = ChunkRecords.headers(record);
    Delivery.Raw raw =
        new Delivery.Raw(record.key(), record.value(), Arrays.asList(record.headers().toArray()));
    int count = record.deliveryCount().orElse((short) 1);
    ContentType type = ContentType.JSON;
    RequestHeaders about = RequestHeaders.NONE;
    String key = usableKey(record);
    String id = key == null ? derived(record) : key;
    GenerationRequest request = GenerationRequest.getDefaultInstance();
    InvalidRequestException invalid = null;
    try {
      type = headers.contentType();
      request = decode(key, record, headers);
      if (key == null && ID.matcher(request.getId()).matches()) {
        id = request.getId();
      }
      about = about(headers);
      validator.validate(request);
      checkModel(request);
    } catch (InvalidRequestException e) {
      invalid = e;
    } catch (RuntimeException e) { // a fault of ours must not stop the requests behind it
      log.error("the request at {}@{} cannot be read", record.topic(), record.offset(), e);
      invalid = new InvalidRequestException("", UNREADABLE, "the request cannot be read: " + e);
    }
    if (request.getId().isEmpty()) {
      request = request.toBuilder().setId(id).build();
    }
    return new Delivery(
        id,
        record.topic(),
        record.offset(),
        record.timestamp(),
        group.left(count),
        group.spare(count),
        type,
        about,
        request,
        invalid,
        raw);
  }

  private static @Nullable String usableKey(ConsumerRecord<byte[], byte[]> record) {
    String key = ChunkRecords.key(record);
    return key != null && ID.matcher(key).matches() ? key : null;
  }

  /** The same at every delivery. */
  private String derived(ConsumerRecord<byte[], byte[]> record) {
    return RequestIds.derive(record.timestamp(), topicId, record.partition(), record.offset());
  }

  private GenerationRequest decode(
      @Nullable String key, ConsumerRecord<byte[], byte[]> record, Headers headers) {
    if (record.value() == null) {
      throw new InvalidRequestException("", "invalid_json", "the record is empty");
    }
    Decoded<GenerationRequest> decoded =
        ChunkRecords.CODEC.decodeRequest(key, record.value(), headers);
    if (decoded.unknownCount() > 0) {
      log.info(
          "request at {}@{}: {} unknown fields are ignored: {}",
          record.topic(),
          record.offset(),
          decoded.unknownCount(),
          decoded.unknownFields());
    }
    return decoded.message();
  }

  private RequestHeaders about(Headers headers) {
    String replyTopic = headers.text(HeaderNames.REPLY_TOPIC);
    if (replyTopic != null && (topics.isReserved(replyTopic) || !Topics.isModelName(replyTopic))) {
      throw new InvalidRequestException(
          HeaderNames.REPLY_TOPIC,
          "invalid_value",
          "reply-topic: must be a topic of your own, not one of " + topics.prefix());
    }
    return new RequestHeaders(
        headers.tenant(),
        headers.deadlineMs(),
        headers.priority(),
        headers.traceparent(),
        replyTopic,
        headers.text(HeaderNames.CORRELATION_ID));
  }

  private void checkModel(GenerationRequest request) {
    if (!request.getModel().equals(model)) {
      throw new InvalidRequestException(
          "model",
          "invalid_value",
          "model: this topic is for " + model + ", not for " + request.getModel());
    }
  }
}
