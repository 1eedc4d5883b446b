package dev.weir.text.template;

import java.math.BigDecimal;
import java.math.MathContext;

/** Floating-point numbers as Python writes them. */
final class FloatText {
  private FloatText() {}

  /** The shortest digits that read back as the same number, in Python's notation. */
  static String repr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    String sign = Math.copySign(1, value) < 0 ? "-" : "";
    if (value == 0) {
      return sign + "0.0";
    }
    BigDecimal shortest = shortest(Math.abs(value));
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
    }
    return sign + scientific(shortest.unscaledValue().toString(), exponent, 'e');
  }

  private static BigDecimal shortest(double value) {
    BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    // Java writes two digits at least, where one may be enough: the smallest is 5e-324, not 4.9
    BigDecimal one = digits.round(new MathContext(1));
    return one.doubleValue() == value ? one.stripTrailingZeros() : digits;
  }

  /**
   * @param digits the first of which stands before the point
   */
  static String scientific(String digits, int exponent, char letter) {
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    String power = (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    return digits.charAt(0) + fraction + letter + (exponent < 0 ? "-" : "+") + power;
  }
}
