package dev.weir.stream;

import dev.weir.proto.ContentType;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.GenerationRequest;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A request record that the share group handed to a slot.
 *
 * @param requestId the record's key, or derived from its place
 * @param topic where the record lies
 * @param offset of the record in the one partition of its topic
 * @param appendMs when the broker appended it, milliseconds since 1970 (UTC)
 * @param left deliveries that the broker grants after this one; 0: it drops the record when this
 *     one ends without an accept
 * @param spare of these may be spent on a worker that can do it sooner
 * @param chunkType form of the request, and so of its chunks
 * @param headers what travels beside it; defaults where they are not readable
 * @param request what is asked; the default instance if it is not readable
 * @param invalid why it can never be done; null if nothing is wrong so far
 * @param record as it was written
 */
public record Delivery(
    String requestId,
    String topic,
    long offset,
    long appendMs,
    int left,
    int spare,
    ContentType chunkType,
    RequestHeaders headers,
    GenerationRequest request,
    @Nullable InvalidRequestException invalid,
    Raw record) {

  /** Whether the broker drops it without a word unless this delivery ends it. */
  boolean last() {
    return left <= 0;
  }

  /** Whether a delivery may be spent on a worker that can do it sooner. */
  boolean hasSpare() {
    return spare > 0;
  }

  /** Bytes of a record. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Raw(byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {}
}
