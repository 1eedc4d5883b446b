package dev.weir.text.template;

import java.math.BigDecimal;

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
    BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
    }
    return sign + scientific(shortest.unscaledValue().toString(), exponent, 'e');
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
