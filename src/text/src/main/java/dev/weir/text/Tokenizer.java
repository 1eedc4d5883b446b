package dev.weir.text;

/** Text to token ids and back. Safe for use by several threads. */
public interface Tokenizer extends AutoCloseable {
  /**
   * Encodes text. Special tokens written out in it ({@code <|im_start|>}) become their ids.
   *
   * @param addSpecialTokens also put in what the tokenizer adds by itself, such as the start of
   *     text. Chat templates write that themselves, so it is false for a rendered template
   */
  int[] encode(String text, boolean addSpecialTokens);

  /** Decodes whole; special tokens are left out. */
  default String decode(int[] ids) {
    return decode(ids, false);
  }

  /** Decodes whole, special tokens as their text where they are wanted. */
  String decode(int[] ids, boolean withSpecialTokens);

  /** Bytes of one token; empty for special tokens and for ids beyond the vocabulary. */
  byte[] bytes(int id);

  /**
   * Whether {@link #decode} drops the first space of the whole text (SentencePiece, which puts one
   * before every text). {@link #bytes} still has it, so what joins bytes must drop it too.
   */
  default boolean stripsLeadingSpace() {
    return false;
  }

  /** Number of ids: one more than the largest. */
  int vocabulary();

  @Override
  void close();
}
