package dev.weir.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a value is formatted: Python's format specification mini-language, to which {@code %}
 * formatting is reduced too.
 *
 * @param fill what fills the width
 * @param align one of {@code < > ^ =}, or 0 for the type's own
 * @param sign one of {@code + -} and blank
 * @param alternate whether bases have their prefix
 * @param width least number of characters
 * @param grouping one of {@code , _}, or 0
 * @param precision decimals, digits or longest text, or -1
 * @param type the last letter, or 0
 */
record FormatSpec(
    String fill,
    char align,
    char sign,
    boolean alternate,
    int width,
    char grouping,
    int precision,
    char type) {

  private static final Pattern SPECIFICATION =
      Pattern.compile(
          "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,9})?([,_])?(?:\\.(\\d{1,9}))?([a-zA-Z%])?",
          Pattern.DOTALL);
  private static final int MAX_PRECISION = 1000;

  static FormatSpec parse(String specification) {
    Matcher matcher = SPECIFICATION.matcher(specification);
    if (!matcher.matches()) {
      throw new ChatTemplateException("Invalid format specifier");
    }
    boolean zero = matcher.group(5) != null;
    String fill = matcher.group(1) == null ? (zero ? "0" : " ") : matcher.group(1);
    char align = matcher.group(2) == null ? (zero ? '=' : 0) : matcher.group(2).charAt(0);
    return new FormatSpec(
        fill,
        align,
        matcher.group(3) == null ? '-' : matcher.group(3).charAt(0),
        matcher.group(4) != null,
        matcher.group(6) == null ? 0 : Integer.parseInt(matcher.group(6)),
        matcher.group(7) == null ? 0 : matcher.group(7).charAt(0),
        matcher.group(8) == null ? -1 : Integer.parseInt(matcher.group(8)),
        matcher.group(9) == null ? 0 : matcher.group(9).charAt(0));
  }

  String format(Rendering rendering, Value value) {
    return switch (value) {
      case Value.Str string -> text(rendering, string.text());
      case Value.Float real -> number(rendering, real.value() < 0, real(real.value()));
      case Value.Bool bool when type == 0 -> text(rendering, bool.value() ? "True" : "False");
      case Value.Numeric number -> integer(rendering, Value.Numeric.integer(number));
      default -> text(rendering, PythonText.str(rendering, value));
    };
  }

  String text(Rendering rendering, String text) {
    if (type != 0 && type != 's') {
      throw unknown("str");
    }
    boolean cut = precision >= 0 && precision < CodePoints.length(text);
    return padded(rendering, "", cut ? CodePoints.substring(text, 0, precision) : text, '<');
  }

  private String integer(Rendering rendering, BigInteger value) {
    String digits =
        switch (type) {
          case 0, 'd', 'n' -> value.abs().toString();
          case 'x' -> (alternate ? "0x" : "") + value.abs().toString(16);
          case 'X' -> (alternate ? "0X" : "") + value.abs().toString(16).toUpperCase(Locale.ROOT);
          case 'o' -> (alternate ? "0o" : "") + value.abs().toString(8);
          case 'b' -> (alternate ? "0b" : "") + value.abs().toString(2);
          case 'c' -> character(value);
          case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> real(value.doubleValue());
          default -> throw unknown("int");
        };
    return number(rendering, value.signum() < 0, digits);
  }

  private static String character(BigInteger value) {
    if (value.signum() < 0 || value.compareTo(BigInteger.valueOf(Character.MAX_CODE_POINT)) > 0) {
      throw new ChatTemplateException("%c arg not in range(0x110000)");
    }
    return Character.toString(value.intValueExact());
  }

  /** Without sign. */
  private String real(double value) {
    double size = Math.abs(value);
    if (Double.isNaN(size) || Double.isInfinite(size)) {
      String name = FloatText.repr(size);
      return Character.isUpperCase(type) ? name.toUpperCase(Locale.ROOT) : name;
    }
    if (precision > MAX_PRECISION) {
      throw new ChatTemplateException("a precision of more than " + MAX_PRECISION + " digits");
    }
    int digits = precision < 0 ? 6 : precision;
    return switch (type) {
      case 'f', 'F' -> decimals(size, digits);
      case '%' -> decimals(size * 100, digits) + "%";
      case 'e', 'E' -> exponential(size, digits, type);
      case 'g', 'G' -> general(size, Math.max(1, digits), false);
      case 0, 'n' ->
          precision < 0 ? FloatText.repr(size) : general(size, Math.max(1, digits), type == 0);
      default -> throw unknown("float");
    };
  }

  private static String decimals(double size, int digits) {
    return new BigDecimal(size).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String exponential(double size, int decimals, char letter) {
    if (size == 0) {
      return FloatText.scientific("0".repeat(decimals + 1), 0, letter);
    }
    BigDecimal exact = new BigDecimal(size);
    BigDecimal rounded =
        exact.setScale(exact.scale() - exact.precision() + decimals + 1, RoundingMode.HALF_EVEN);
    String digits = rounded.unscaledValue().toString();
    int exponent = rounded.precision() - rounded.scale() - 1;
    return FloatText.scientific(digits.substring(0, decimals + 1), exponent, letter);
  }

  /** Whichever of the two notations suits the size, without zeros at the end. */
  private String general(double size, int digits, boolean keepsPoint) {
    String exponential = exponential(size, digits - 1, type == 'G' ? 'E' : 'e');
    int mark = exponential.toLowerCase(Locale.ROOT).indexOf('e');
    int exponent = Integer.parseInt(exponential.substring(mark + 1).replace("+", ""));
    if (exponent >= -4 && exponent < (keepsPoint ? digits - 1 : digits)) {
      String plain = trimmed(decimals(size, digits - 1 - exponent));
      return keepsPoint && plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    return trimmed(exponential.substring(0, mark)) + exponential.substring(mark);
  }

  private static String trimmed(String number) {
    return number.indexOf('.') < 0 ? number : number.replaceFirst("\\.?0+$", "");
  }

  private String number(Rendering rendering, boolean negative, String digits) {
    String prefix = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
    return padded(rendering, prefix, grouping == 0 ? digits : grouped(digits), '>');
  }

  private String grouped(String digits) {
    int end = 0;
    while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
      end++;
    }
    StringBuilder grouped = new StringBuilder(digits);
    for (int at = end - 3; at > 0; at -= 3) {
      grouped.insert(at, grouping);
    }
    return grouped.toString();
  }

  private String padded(Rendering rendering, String prefix, String text, char ownAlign) {
    int width = Math.max(0, this.width - prefix.length());
    return switch (align == 0 ? ownAlign : align) {
      case '=' -> prefix + StringMethods.pad(rendering, text, width, fill, 1, 0);
      case '<' -> StringMethods.pad(rendering, prefix + text, this.width, fill, 0, 1);
      case '^' -> {
        int missing = Math.max(0, this.width - CodePoints.length(prefix + text));
        String left = fill.repeat(Math.min(missing / 2, rendering.limits().outputCharacters()));
        yield StringMethods.pad(rendering, left + prefix + text, this.width, fill, 0, 1);
      }
      default -> StringMethods.pad(rendering, prefix + text, this.width, fill, 1, 0);
    };
  }

  private ChatTemplateException unknown(String of) {
    return new ChatTemplateException(
        "Unknown format code '" + type + "' for object of type '" + of + "'");
  }
}
