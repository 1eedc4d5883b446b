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
  String decode(int[] ids);

  /** Bytes of one token; empty for special tokens and for ids beyond the vocabulary. */
  byte[] bytes(int id);

  int vocabulary();

  @Override
  void close();
}
