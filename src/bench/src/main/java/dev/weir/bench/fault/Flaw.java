package dev.weir.bench.fault;

/**
 * Something that a reader must never see.
 *
 * @param token its index in the stream
 * @param count how many tokens, at least 1
 * @param what in a few words
 */
record Flaw(Kind kind, long token, int count, String what) {
  enum Kind {
    /** A token that should be there is not. */
    LOST,
    /** A token was shown again. */
    DOUBLED,
    /** A token, the text or the end is another. */
    CHANGED
  }
}
