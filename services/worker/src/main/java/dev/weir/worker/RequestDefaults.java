package dev.weir.worker;

import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.RequestHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;

/** What counts where a request does not say. */
public final class RequestDefaults {
  private RequestDefaults() {}

  /**
   * The seed of the request; without one, the first 8 bytes of the SHA-256 of its id: every worker
   * that gets the request draws the same numbers, and no two requests do.
   */
  public static long seed(GenerationRequest request) {
    if (request.getSampling().hasSeed()) {
      return request.getSampling().getSeed();
    }
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(sha256.digest(request.getId().getBytes(StandardCharsets.UTF_8)))
          .getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The deadline of the headers; without one, so long after the request was written. */
  public static Instant deadline(
      GenerationRequest request, RequestHeaders headers, Duration defaultDeadline, Instant now) {
    if (headers.deadlineMs() > 0) {
      return Instant.ofEpochMilli(headers.deadlineMs());
    }
    Instant created =
        request.getCreatedMs() > 0 ? Instant.ofEpochMilli(request.getCreatedMs()) : now;
    return created.plus(defaultDeadline);
  }
}
