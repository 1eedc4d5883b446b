package dev.weir.proto;

/**
 * How large a request may be.
 *
 * @param maxRequestBytes of the whole request in Protobuf, which is what Kafka has to carry
 */
public record RequestLimits(int maxRequestBytes) {
  /** Kafka takes records of 1 MiB; 64 KiB are left for headers and the record's own fields. */
  public static final RequestLimits DEFAULT = new RequestLimits((1 << 20) - (64 << 10));

  public RequestLimits {
    if (maxRequestBytes < 1) {
      throw new IllegalArgumentException("maxRequestBytes must be at least 1: " + maxRequestBytes);
    }
  }
}
