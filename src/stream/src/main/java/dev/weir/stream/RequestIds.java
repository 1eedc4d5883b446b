package dev.weir.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.utils.Utils;

/**
 * Ids of requests: UUIDs of version 7 or 8 (RFC 9562) as lower-case text, with the time in them.
 */
public final class RequestIds {
  /** Drawings until a wanted partition comes: with one of 1,000 wanted, one in e^16 fails. */
  private static final int MAX_DRAWS = 16_000;

  private static final SecureRandom RANDOM = new SecureRandom();

  private RequestIds() {}

  /** UUIDv7 of a time, in milliseconds since 1970 (UTC). */
  static String draw(long nowMs) {
    long high = nowMs << 16 | 0x7000 | RANDOM.nextInt() & 0x0fff;
    long low = 0x8000_0000_0000_0000L | RANDOM.nextLong() >>> 2;
    return new UUID(high, low).toString();
  }

  /** The same, drawn until it lies in one of the partitions; in any if the set is empty. */
  static String draw(long nowMs, Set<Integer> partitions, int partitionCount) {
    String id = draw(nowMs);
    for (int i = 0; i < MAX_DRAWS && !partitions.isEmpty(); i++) {
      if (partitions.contains(partition(id, partitionCount))) {
        return id;
      }
      id = draw(nowMs);
    }
    return id;
  }

  /**
   * UUIDv8 of a request record without a key: the same at every delivery. Bits 0 to 47 are the
   * append time, as in version 7.
   */
  static String derive(long appendMs, String topicId, int partition, long offset) {
    byte[] topic = topicId.getBytes(StandardCharsets.UTF_8);
    ByteBuffer place =
        ByteBuffer.allocate(topic.length + 12).put(topic).putInt(partition).putLong(offset);
    ByteBuffer hash = ByteBuffer.wrap(sha256().digest(place.array()));
    long high = appendMs << 16 | 0x8000 | hash.getShort() & 0x0fff;
    long low = 0x8000_0000_0000_0000L | hash.getLong() >>> 2;
    return new UUID(high, low).toString();
  }

  /** The partition of the chunk log that Kafka's default partitioner gives a key. */
  public static int partition(String id, int partitionCount) {
    byte[] key = id.getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(key)) % partitionCount;
  }

  /** The time in a UUID of version 7 or 8; empty for any other id. */
  static OptionalLong timeMs(String id) {
    if (id.length() != 36) {
      return OptionalLong.empty();
    }
    try {
      UUID uuid = UUID.fromString(id);
      int version = uuid.version();
      return version == 7 || version == 8
          ? OptionalLong.of(uuid.getMostSignificantBits() >>> 16)
          : OptionalLong.empty();
    } catch (IllegalArgumentException _) {
      return OptionalLong.empty(); // any text may be a key
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
