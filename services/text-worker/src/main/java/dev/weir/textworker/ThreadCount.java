package dev.weir.textworker;

import org.eclipse.microprofile.config.spi.Converter;

/** Reads a number of threads: {@code auto}, which is 0, or a number. */
public final class ThreadCount implements Converter<Integer> {
  /** As many as are fastest. */
  static final int AUTO = 0;

  private static final long serialVersionUID = 1L;

  /**
   * @throws IllegalArgumentException if the text is neither
   */
  @Override
  public Integer convert(String text) {
    String stripped = text.strip();
    if (stripped.equals("auto")) {
      return AUTO;
    }
    if (!stripped.matches("\\d{1,4}")) {
      throw new IllegalArgumentException(
          "'%s' is no number of threads: it must be auto, or 1 or more".formatted(text));
    }
    return Integer.parseInt(stripped);
  }
}
