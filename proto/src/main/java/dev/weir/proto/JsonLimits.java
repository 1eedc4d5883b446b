package dev.weir.proto;

/**
 * How much JSON is read before it is refused.
 *
 * @param maxDocumentBytes of one record; also bounds every string in it
 * @param maxDepth of nested objects and lists
 */
public record JsonLimits(int maxDocumentBytes, int maxDepth) {
  /** Eight times Kafka's default record (escapes of JSON can be that long), and 64 levels. */
  public static final JsonLimits DEFAULT = new JsonLimits(8 << 20, 64);

  public JsonLimits {
    if (maxDocumentBytes < 1 || maxDepth < 1) {
      throw new IllegalArgumentException(
          "limits must be at least 1: " + maxDocumentBytes + " bytes, depth " + maxDepth);
    }
  }
}
