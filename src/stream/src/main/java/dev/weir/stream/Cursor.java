package dev.weir.stream;

import org.jspecify.annotations.Nullable;

/**
 * Where a reader stands: the place of the last {@code tokens} or {@code image} record it took.
 * Written {@code p-o}.
 */
public record Cursor(int partition, long offset) {

  public Cursor {
    if (partition < 0 || offset < 0) {
      throw new IllegalArgumentException("a cursor is not negative: " + partition + "-" + offset);
    }
  }

  /** Reads {@code partition-offset}; null if the text is not of that form. */
  public static @Nullable Cursor parse(String text) {
    int dash = text.indexOf('-');
    if (dash < 1 || dash > 9 || text.length() - dash > 19) {
      return null;
    }
    try {
      return new Cursor(
          Integer.parseUnsignedInt(text, 0, dash, 10),
          Long.parseUnsignedLong(text, dash + 1, text.length(), 10));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return partition + "-" + offset;
  }
}
