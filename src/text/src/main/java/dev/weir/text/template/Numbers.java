package dev.weir.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reading numbers from values. */
final class Numbers {
  // More digits than the largest allowed integer has; Python itself refuses beyond 4,300.
  private static final int MAX_DIGITS = 4300;
  private static final int MAX_REAL_DIGITS = 400;

  private Numbers() {}

  /** A value as a whole number that counts or indexes something. */
  static int index(Value value) {
    BigInteger whole = whole(value);
    if (whole == null) {
      throw new ChatTemplateException(
          "'" + TypeNames.of(value) + "' object cannot be interpreted as an integer");
    }
    return clamp(whole);
  }

  /** The nearest int: as an index it is then beyond every end. */
  static int clamp(BigInteger whole) {
    if (whole.bitLength() < Integer.SIZE) {
      return whole.intValue();
    }
    return whole.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
  }

  static @Nullable BigInteger whole(Value value) {
    return switch (value) {
      case Value.Int whole -> whole.value();
      case Value.Bool bool -> Value.Numeric.integer(bool);
      default -> null;
    };
  }

  static double real(Value.Numeric number) {
    return number instanceof Value.Float real
        ? real.value()
        : Value.Numeric.integer(number).doubleValue();
  }

  /** {@code int(text, base)}, or null where that is no number. */
  static @Nullable BigInteger parseInteger(String text, int base) {
    String digits = Whitespace.strip(text).toLowerCase(Locale.ROOT);
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    int radix = base;
    String prefix = digits.length() > 1 ? digits.substring(0, 2) : "";
    int prefixed =
        switch (prefix) {
          case "0x" -> 16;
          case "0o" -> 8;
          case "0b" -> 2;
          default -> 0;
        };
    if (prefixed != 0 && (base == prefixed || base == 0)) {
      radix = prefixed;
      digits = digits.substring(digits.startsWith("_", 2) ? 3 : 2);
    } else if (base == 0) {
      radix = 10;
    }
    if (radix < Character.MIN_RADIX || radix > Character.MAX_RADIX || !isDigits(digits, radix)) {
      return null;
    }
    BigInteger value = new BigInteger(digits.replace("_", ""), radix);
    return negative ? value.negate() : value;
  }

  private static boolean isDigits(String digits, int radix) {
    boolean underscore = true; // none may come first, last or twice
    for (int i = 0; i < digits.length(); i++) {
      boolean before = underscore;
      underscore = digits.charAt(i) == '_';
      if (underscore ? before : Character.digit(digits.charAt(i), radix) < 0) {
        return false;
      }
    }
    return !underscore && digits.length() <= MAX_DIGITS;
  }

  /** {@code float(text)}, or null where that is no number. */
  static @Nullable Double parseReal(String text) {
    String number = Whitespace.strip(text).toLowerCase(Locale.ROOT);
    String unsigned =
        number.startsWith("-") || number.startsWith("+") ? number.substring(1) : number;
    double sign = number.startsWith("-") ? -1 : 1;
    switch (unsigned) {
      case "inf", "infinity":
        return sign * Double.POSITIVE_INFINITY;
      case "nan":
        return Double.NaN;
      default:
        break;
    }
    boolean valid =
        unsigned.length() <= MAX_REAL_DIGITS
            && unsigned.matches("(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)(e[+-]?\\d+)?");
    return valid ? sign * Double.parseDouble(unsigned.replace("_", "")) : null;
  }

  /** {@code int(value)} of a float. */
  static BigInteger truncate(double value) {
    if (Double.isNaN(value)) {
      throw new ChatTemplateException("cannot convert float NaN to integer");
    }
    if (Double.isInfinite(value)) {
      throw new ChatTemplateException("cannot convert float infinity to integer");
    }
    return new BigDecimal(value).toBigInteger();
  }
}
