package dev.weir.engine;

/**
 * The bytes that each token of a vocabulary stands for; their concatenation is the text in UTF-8.
 */
@FunctionalInterface
public interface TokenBytes {
  /** Bytes of a token; empty for special tokens (end of text), which are no part of the text. */
  byte[] bytes(int token);
}
