package dev.weir.proto;

import dev.weir.proto.v1.Chunk;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The CloudEvents 1.0 headers of a record (Kafka protocol binding, binary mode): on requests and
 * results, and on the chunks that are events in themselves, {@code queued}, {@code started} and
 * {@code finished}. Tokens have none, since their headers would outweigh them.
 */
public final class CloudEvents {
  private CloudEvents() {}

  /**
   * @param source a URI reference of who wrote it: {@code /weir/gateway/host-1}
   */
  public static Map<String, byte[]> ofRequest(String requestId, String source, long timeMs) {
    return headers(requestId, "dev.weir.request.v1", source, timeMs);
  }

  public static Map<String, byte[]> ofResult(String requestId, String source, long timeMs) {
    return headers(requestId, "dev.weir.result.v1", source, timeMs);
  }

  /** The headers of a chunk; none for {@code tokens}, {@code preview} and {@code image}. */
  public static Map<String, byte[]> ofChunk(
      String requestId, Chunk chunk, String source, long timeMs) {
    return switch (chunk.getBodyCase()) {
      case QUEUED -> ofChunk(requestId, chunk, "queued", source, timeMs);
      case STARTED -> ofChunk(requestId, chunk, "started", source, timeMs);
      case FINISHED -> ofChunk(requestId, chunk, "finished", source, timeMs);
      case TOKENS, PREVIEW, IMAGE, BODY_NOT_SET -> Map.of();
    };
  }

  // An attempt writes one chunk of each of these kinds, so that names it.
  private static Map<String, byte[]> ofChunk(
      String requestId, Chunk chunk, String kind, String source, long timeMs) {
    String attempt = HexFormat.of().formatHex(chunk.getAttempt().toByteArray());
    String id = requestId + (attempt.isEmpty() ? "" : "/" + attempt) + "/" + kind;
    return headers(id, "dev.weir.chunk." + kind + ".v1", source, timeMs);
  }

  private static Map<String, byte[]> headers(String id, String type, String source, long timeMs) {
    var headers = new LinkedHashMap<String, byte[]>();
    headers.put(HeaderNames.CE_SPECVERSION, utf8("1.0"));
    headers.put(HeaderNames.CE_ID, utf8(id));
    headers.put(HeaderNames.CE_SOURCE, utf8(source));
    headers.put(HeaderNames.CE_TYPE, utf8(type));
    headers.put(HeaderNames.CE_TIME, utf8(Instant.ofEpochMilli(timeMs).toString()));
    return headers;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
