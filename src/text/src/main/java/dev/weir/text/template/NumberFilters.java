package dev.weir.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;

/** Filters that make numbers, and text of numbers. */
final class NumberFilters {
  private NumberFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put(
        "int", Filters.simple(NumberFilters::toInteger, "do_int", "value", "default=", "base="));
    filters.put("float", Filters.simple(NumberFilters::toReal, "do_float", "value", "default="));
    filters.put("abs", Filters.simple(NumberFilters::absolute, "abs", "x"));
    filters.put(
        "round",
        Filters.simple(NumberFilters::round, "do_round", "value", "precision=", "method="));
    filters.put(
        "sum", Filters.simple(NumberFilters::sum, "do_sum", "iterable", "attribute=", "start="));
    filters.put(
        "filesizeformat",
        Filters.simple(NumberFilters::fileSize, "do_filesizeformat", "value", "binary="));
  }

  private static Value toInteger(Signature.Bound bound) {
    Value defaultValue = bound.or(1, Value.Int.ZERO);
    return switch (bound.get(0)) {
      case Undefined undefined -> throw undefined.error();
      case Value.Int whole -> whole;
      case Value.Bool bool -> Value.Int.of(bool.value() ? 1 : 0);
      case Value.Float real ->
          Double.isNaN(real.value()) || Double.isInfinite(real.value())
              ? defaultValue
              : new Value.Int(Numbers.truncate(real.value()));
      case Value.Str string -> {
        bound.rendering().spendText(string.text().length());
        BigInteger whole = Numbers.parseInteger(string.text(), bound.integer(2, 10));
        if (whole != null) {
          yield Arithmetic.integer(bound.rendering(), whole);
        }
        Double real = Numbers.parseReal(string.text());
        yield real == null || real.isNaN() || real.isInfinite()
            ? defaultValue
            : new Value.Int(Numbers.truncate(real));
      }
      default -> defaultValue;
    };
  }

  private static Value toReal(Signature.Bound bound) {
    Value defaultValue = bound.or(1, new Value.Float(0));
    return switch (bound.get(0)) {
      case Undefined undefined -> throw undefined.error();
      case Value.Numeric number -> new Value.Float(Numbers.real(number));
      case Value.Str string -> {
        bound.rendering().spendText(string.text().length());
        Double real = Numbers.parseReal(string.text());
        yield real == null ? defaultValue : new Value.Float(real);
      }
      default -> defaultValue;
    };
  }

  private static Value absolute(Signature.Bound bound) {
    return switch (bound.get(0)) {
      case Value.Float real -> new Value.Float(Math.abs(real.value()));
      case Value.Int whole -> new Value.Int(whole.value().abs());
      case Value.Bool bool -> Value.Int.of(bool.value() ? 1 : 0);
      case Undefined undefined -> throw undefined.error();
      default ->
          throw new ChatTemplateException(
              "bad operand type for abs(): '" + TypeNames.of(bound.get(0)) + "'");
    };
  }

  private static Value round(Signature.Bound bound) {
    int precision = bound.integer(1, 0);
    RoundingMode mode =
        switch (bound.text(2, "common")) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw new ChatTemplateException("method must be common, ceil or floor");
        };
    if (bound.get(0) instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (!(bound.get(0) instanceof Value.Numeric number)) {
      throw new ChatTemplateException(
          "type " + TypeNames.of(bound.get(0)) + " doesn't define __round__ method");
    }
    if (mode != RoundingMode.HALF_EVEN) {
      double scale = Math.pow(10, precision);
      double scaled = Numbers.real(number) * scale;
      return new Value.Float(
          (mode == RoundingMode.CEILING ? Math.ceil(scaled) : Math.floor(scaled)) / scale);
    }
    if (number instanceof Value.Float real) {
      return new Value.Float(rounded(real.value(), precision));
    }
    BigInteger whole = Value.Numeric.integer(number);
    return new Value.Int(
        precision >= 0 || precision < -whole.bitLength()
            ? (precision >= 0 ? whole : BigInteger.ZERO)
            : new BigDecimal(whole).setScale(precision, mode).toBigInteger());
  }

  /** To the nearest number of so many decimals, halves to the even one. */
  private static double rounded(double value, int decimals) {
    boolean alreadyRound = Double.isNaN(value) || Double.isInfinite(value) || decimals > 400;
    if (alreadyRound) {
      return value;
    }
    if (decimals < -400) {
      return Math.copySign(0.0, value);
    }
    double rounded = new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).doubleValue();
    return rounded == 0 ? Math.copySign(0.0, value) : rounded;
  }

  private static Value sum(Signature.Bound bound) {
    Rendering rendering = bound.rendering();
    AttributePath path = AttributePath.of(bound.or(1, Value.None.NONE));
    Value sum = bound.or(2, Value.Int.ZERO);
    if (sum instanceof Value.Str) {
      throw new ChatTemplateException("sum() can't sum strings [use ''.join(seq) instead]");
    }
    Iterator<Value> items = Iteration.of(rendering, bound.get(0));
    while (items.hasNext()) {
      sum =
          Arithmetic.apply(
              rendering, BinaryOperator.ADD, sum, path.get(rendering, items.next(), null));
    }
    return sum;
  }

  private static Value fileSize(Signature.Bound bound) {
    Value size = toReal(bound);
    double bytes = size instanceof Value.Float real ? real.value() : 0;
    boolean binary = bound.flag(1, false);
    int base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return new Value.Str("1 Byte");
    }
    if (bytes < base) {
      return new Value.Str((long) bytes + " Bytes");
    }
    String prefixes = "kMGTPEZY";
    double unit = base;
    int prefix = 0;
    while (prefix < prefixes.length() - 1 && bytes >= unit * base) {
      unit *= base;
      prefix++;
    }
    String letter = prefixes.substring(prefix, prefix + 1);
    return new Value.Str(
        String.format(Locale.ROOT, "%.1f ", bytes / unit)
            + (binary ? letter.toUpperCase(Locale.ROOT) + "iB" : letter + "B"));
  }
}
