package dev.weir.stream;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Draws ids of attempts, 128 bits each: 96 that are drawn once and are this process's own, and 32
 * that count. None comes twice in a process, and two processes have the same beginning with a
 * chance of one in 2^96. What they share is what makes them cheap: every record carries its
 * attempt, a batch holds records of many attempts of one process, and 16 random bytes do not
 * compress. Safe for use by any thread.
 */
final class AttemptIds {
  private static final int OWN_BYTES = 12;

  private final byte[] own = new byte[OWN_BYTES];
  private final AtomicInteger count = new AtomicInteger();

  AttemptIds(SecureRandom random) {
    random.nextBytes(own);
  }

  /** One that was never drawn before; after 2^32 of them they come again. */
  ByteString next() {
    return ByteString.copyFrom(
        ByteBuffer.allocate(OWN_BYTES + Integer.BYTES)
            .put(own)
            .putInt(count.getAndIncrement())
            .array());
  }
}
