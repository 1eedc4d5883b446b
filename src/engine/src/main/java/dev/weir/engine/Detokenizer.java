package dev.weir.engine;

/** Turns tokens into text as they come; what it has given out never changes. */
final class Detokenizer {
  private final TokenBytes tokenBytes;
  private final Utf8Decoder decoder = new Utf8Decoder();
  private boolean stripSpace;

  /**
   * @param stripLeadingSpace drops one space at the beginning of the text: SentencePiece writes the
   *     first word of a text with one
   */
  Detokenizer(TokenBytes tokenBytes, boolean stripLeadingSpace) {
    this.tokenBytes = tokenBytes;
    stripSpace = stripLeadingSpace;
  }

  /** Appends the characters that the token completes. */
  void append(int token, StringBuilder into) {
    byte[] bytes = tokenBytes.bytes(token);
    int from = 0;
    if (stripSpace && bytes.length > 0) {
      stripSpace = false;
      from = bytes[0] == ' ' ? 1 : 0;
    }
    decoder.decode(bytes, from, into);
  }

  /** No token follows: appends U+FFFD for a character that was begun. */
  void end(StringBuilder into) {
    decoder.end(into);
  }
}
