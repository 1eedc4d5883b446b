package dev.weir.engine;

/**
 * Decodes UTF-8 that comes in pieces, never half a character. An invalid sequence becomes U+FFFD
 * for each maximal subpart (Unicode Standard, section 3.9, table 3-8; so do the WHATWG Encoding
 * Standard and Rust, and with it the Hugging Face tokenizers). Java's own decoder differs: it makes
 * one U+FFFD of an encoded surrogate.
 */
final class Utf8Decoder {
  private static final char REPLACEMENT = '\uFFFD';

  // continuation bytes that the character begun still needs, and the range of the next of them
  private int needed;
  private int codePoint;
  private int lower = 0x80;
  private int upper = 0xBF;

  /** Decodes the bytes behind those of earlier calls and appends the complete characters. */
  void decode(byte[] bytes, int from, StringBuilder into) {
    for (int i = from; i < bytes.length; i++) {
      int unit = bytes[i] & 0xFF;
      if (needed > 0) {
        if (unit >= lower && unit <= upper) {
          lower = 0x80;
          upper = 0xBF;
          codePoint = codePoint << 6 | unit & 0x3F;
          if (--needed == 0) {
            into.appendCodePoint(codePoint);
          }
          continue;
        }
        end(into); // and the byte begins anew
      }
      begin(unit, into);
    }
  }

  private void begin(int unit, StringBuilder into) {
    if (unit < 0x80) {
      into.append((char) unit);
    } else if (unit >= 0xC2 && unit <= 0xDF) {
      needed = 1;
      codePoint = unit & 0x1F;
    } else if (unit >= 0xE0 && unit <= 0xEF) {
      needed = 2;
      codePoint = unit & 0x0F;
      lower = unit == 0xE0 ? 0xA0 : 0x80; // not longer than needed
      upper = unit == 0xED ? 0x9F : 0xBF; // no surrogates
    } else if (unit >= 0xF0 && unit <= 0xF4) {
      needed = 3;
      codePoint = unit & 0x07;
      lower = unit == 0xF0 ? 0x90 : 0x80;
      upper = unit == 0xF4 ? 0x8F : 0xBF; // not beyond U+10FFFF
    } else {
      into.append(REPLACEMENT);
    }
  }

  /** The bytes end here: a character that is not complete will never be. */
  void end(StringBuilder into) {
    if (needed > 0) {
      into.append(REPLACEMENT);
      needed = 0;
      lower = 0x80;
      upper = 0xBF;
    }
  }
}
