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
 * @param last true if the broker drops the record when this delivery ends without an accept
 * @param chunkType form of the request, and so of its chunks
 * @param headers what travels beside it; defaults where they are not readable
 * @param request what is asked; the default instance if it is not readable
 * @param invalid why it can never be done; null if nothing is wrong so far
 * @param record as it was written
 */
record Delivery(
    String requestId,
    String topic,
    long offset,
    long appendMs,
    boolean last,
    ContentType chunkType,
    RequestHeaders headers,
    GenerationRequest request,
    @Nullable InvalidRequestException invalid,
    Raw record) {

  /** Bytes of a record. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Raw(byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {}
}
