package dev.weir.bench.stream;

import java.time.Instant;

/**
 * The time of a token's birth, in its own text: four characters, about what a token of English has.
 * A chunk's {@code born_ms} is that of its first token, in whole milliseconds; and the events of
 * the OpenAI API have none.
 *
 * <p>Times are counted in ticks of 10 µs, modulo 2^24: an age below 167 s is read right.
 */
final class BirthMark {
  /** Characters of a mark. */
  static final int LENGTH = 4;

  static final double TICKS_PER_MS = 100;

  private static final int MASK = (1 << 24) - 1;

  /** Of base64url (RFC 4648, section 5): JSON escapes none of them. */
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private static final byte[] VALUES = new byte[128];

  static {
    java.util.Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      VALUES[ALPHABET.charAt(i)] = (byte) i;
    }
  }

  private BirthMark() {}

  /** The time now, by the clock that all processes of a machine share. */
  static int ticks() {
    Instant now = Instant.now();
    return (int) (now.getEpochSecond() * 100_000 + now.getNano() / 10_000) & MASK;
  }

  static void write(int ticks, StringBuilder to) {
    for (int shift = 18; shift >= 0; shift -= 6) {
      to.append(ALPHABET.charAt(ticks >> shift & 63));
    }
  }

  /**
   * How old the mark at a place of a text is, in ticks.
   *
   * @throws IllegalArgumentException if there is none
   */
  static int age(byte[] text, int at, int nowTicks) {
    int born = 0;
    for (int i = at; i < at + LENGTH; i++) {
      int value = text[i] < 0 ? -1 : VALUES[text[i]];
      if (value < 0) {
        throw new IllegalArgumentException("no birth mark at " + at);
      }
      born = born << 6 | value;
    }
    int age = nowTicks - born & MASK;
    return age > MASK / 2 ? 0 : age; // the clock was set back
  }
}
