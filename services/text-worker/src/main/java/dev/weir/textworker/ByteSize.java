package dev.weir.textworker;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** Reads an amount of memory: {@code 1073741824}, {@code 1g}, {@code 512MiB}; powers of 1024. */
public final class ByteSize implements Converter<Long> {
  private static final long serialVersionUID = 1L;
  private static final Pattern FORM = Pattern.compile("(\\d{1,15}) ?([kmgt]?)(i?b)?");

  /**
   * @throws IllegalArgumentException if the text is no amount of memory, or more than a long holds
   */
  @Override
  public Long convert(String text) {
    Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no amount of memory such as 1073741824, 512m or 1g".formatted(text));
    }
    int power = "kmgt".indexOf(matcher.group(2)) + 1;
    int shift = matcher.group(2).isEmpty() ? 0 : 10 * power;
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "'%s' is more memory than there can be".formatted(text), e);
    }
  }
}
