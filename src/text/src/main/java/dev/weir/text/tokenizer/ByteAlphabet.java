package dev.weir.text.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The printable characters that byte-level BPE writes for bytes (GPT-2, {@code bytes_to_unicode}):
 * visible Latin-1 characters stand for themselves, the other 68 bytes for U+0100 and up.
 */
public final class ByteAlphabet {
  private static final char[] CHARACTERS = characters();

  /** By character: its byte, or -1. */
  private static final short[] BYTES = bytes();

  private ByteAlphabet() {}

  private static char[] characters() {
    char[] characters = new char[256];
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      characters[b] = visible ? (char) b : next++;
    }
    return characters;
  }

  private static short[] bytes() {
    short[] bytes = new short[0x100 + 68];
    Arrays.fill(bytes, (short) -1);
    for (int b = 0; b < 256; b++) {
      bytes[CHARACTERS[b]] = (short) b;
    }
    return bytes;
  }

  /** The token that stands for bytes, a character for each. */
  public static String text(byte[] bytes) {
    StringBuilder token = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      token.append(CHARACTERS[Byte.toUnsignedInt(b)]);
    }
    return token.toString();
  }

  /** The bytes that a token stands for; null if a character of it is not in the alphabet. */
  static byte @Nullable [] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return null;
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }
}
