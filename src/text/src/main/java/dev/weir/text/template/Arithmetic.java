package dev.weir.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** {@code + - * / // % **} of two values. */
final class Arithmetic {
  private Arithmetic() {}

  static Value apply(Rendering rendering, BinaryOperator operator, Value left, Value right) {
    if (left instanceof Value.Str format && operator == BinaryOperator.MODULO) {
      return PercentFormat.format(rendering, format, right);
    }
    requireDefined(left);
    requireDefined(right);
    if (left instanceof Value.Numeric a && right instanceof Value.Numeric b) {
      return numbers(rendering, operator, a, b);
    }
    return switch (operator) {
      case ADD -> add(rendering, left, right);
      case MULTIPLY -> multiply(rendering, left, right);
      case SUBTRACT, DIVIDE, FLOOR_DIVIDE, MODULO, POWER ->
          throw unsupported(operator, left, right);
    };
  }

  /** {@code sum += value}. */
  static Value addTo(Rendering rendering, Value sum, Value value) {
    boolean adds =
        (sum instanceof Value.Numeric && value instanceof Value.Numeric)
            || isRepeatable(sum)
            || sum instanceof Undefined
            || value instanceof Undefined;
    if (!adds) {
      throw unsupported("+=", sum, value);
    }
    return apply(rendering, BinaryOperator.ADD, sum, value);
  }

  static Value negate(Value operand) {
    return switch (operand) {
      case Value.Float real -> new Value.Float(-real.value());
      case Value.Int whole -> new Value.Int(whole.value().negate());
      case Value.Bool bool -> Value.Int.of(bool.value() ? -1 : 0);
      case Undefined undefined -> throw undefined.error();
      default ->
          throw new ChatTemplateException(
              "bad operand type for unary -: '" + TypeNames.of(operand) + "'");
    };
  }

  static Value plus(Value operand) {
    return switch (operand) {
      case Value.Float _, Value.Int _ -> operand;
      case Value.Bool bool -> Value.Int.of(bool.value() ? 1 : 0);
      case Undefined undefined -> throw undefined.error();
      default ->
          throw new ChatTemplateException(
              "bad operand type for unary +: '" + TypeNames.of(operand) + "'");
    };
  }

  private static void requireDefined(Value value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
  }

  private static Value add(Rendering rendering, Value left, Value right) {
    if (left instanceof Value.Str a && right instanceof Value.Str b) {
      return Markup.add(rendering, a, b);
    }
    if (left instanceof Value.ListValue a && right instanceof Value.ListValue b) {
      return new Value.ListValue(joined(rendering, a.items(), b.items()));
    }
    if (left instanceof Value.Tuple a && right instanceof Value.Tuple b) {
      return new Value.Tuple(joined(rendering, a.items(), b.items()));
    }
    if (isRepeatable(left)) {
      throw new ChatTemplateException(
          "can only concatenate %s (not \"%s\") to %s"
              .formatted(TypeNames.of(left), TypeNames.of(right), TypeNames.of(left)));
    }
    throw unsupported(BinaryOperator.ADD, left, right);
  }

  private static List<Value> joined(Rendering rendering, List<Value> left, List<Value> right) {
    long size = (long) left.size() + right.size();
    rendering.spendItems(size);
    List<Value> joined = new ArrayList<>((int) size);
    joined.addAll(left);
    joined.addAll(right);
    return joined;
  }

  private static Value multiply(Rendering rendering, Value left, Value right) {
    if (isRepeatable(left) && right instanceof Value.Numeric) {
      return repeat(rendering, left, right);
    }
    if (isRepeatable(right) && left instanceof Value.Numeric) {
      return repeat(rendering, right, left);
    }
    if (isRepeatable(left) || isRepeatable(right)) {
      throw notByInteger(isRepeatable(left) ? right : left);
    }
    throw unsupported(BinaryOperator.MULTIPLY, left, right);
  }

  private static boolean isRepeatable(Value value) {
    return value instanceof Value.Str || value instanceof Value.Sequence;
  }

  private static ChatTemplateException notByInteger(Value value) {
    return new ChatTemplateException(
        "can't multiply sequence by non-int of type '" + TypeNames.of(value) + "'");
  }

  private static Value repeat(Rendering rendering, Value value, Value times) {
    if (times instanceof Value.Float) {
      throw notByInteger(times);
    }
    int count = Math.max(0, Numbers.index(times));
    if (value instanceof Value.Str string) {
      rendering.spendText((long) string.text().length() * count);
      return new Value.Str(string.text().repeat(count), string.safe());
    }
    List<Value> items = ((Value.Sequence) value).items();
    rendering.spendItems((long) items.size() * count);
    List<Value> repeated = new ArrayList<>();
    for (int i = 0; i < count && !items.isEmpty(); i++) {
      repeated.addAll(items);
    }
    return value instanceof Value.Tuple ? new Value.Tuple(repeated) : new Value.ListValue(repeated);
  }

  private static Value numbers(
      Rendering rendering, BinaryOperator operator, Value.Numeric left, Value.Numeric right) {
    if (left instanceof Value.Float || right instanceof Value.Float) {
      return new Value.Float(reals(operator, Numbers.real(left), Numbers.real(right)));
    }
    BigInteger a = Value.Numeric.integer(left);
    BigInteger b = Value.Numeric.integer(right);
    return switch (operator) {
      case ADD -> integer(rendering, a.add(b));
      case SUBTRACT -> integer(rendering, a.subtract(b));
      case MULTIPLY -> integer(rendering, a.multiply(b));
      case DIVIDE -> divide(a, b);
      case FLOOR_DIVIDE -> new Value.Int(floorDivide(a, b, "integer division or modulo by zero"));
      case MODULO ->
          new Value.Int(a.subtract(floorDivide(a, b, "integer modulo by zero").multiply(b)));
      case POWER -> power(rendering, a, b);
    };
  }

  /** An integer that is not too large. */
  static Value.Int integer(Rendering rendering, BigInteger value) {
    if (value.bitLength() > rendering.limits().integerBits()) {
      throw tooLarge(rendering);
    }
    return new Value.Int(value);
  }

  private static ChatTemplateException tooLarge(Rendering rendering) {
    return new ChatTemplateException(
        "integers of more than " + rendering.limits().integerBits() + " bits are not supported");
  }

  private static Value divide(BigInteger left, BigInteger right) {
    if (right.signum() == 0) {
      throw new ChatTemplateException("division by zero");
    }
    // 40 digits, so that the rounding to a double is the only one that shows
    double quotient =
        new BigDecimal(left).divide(new BigDecimal(right), new MathContext(40)).doubleValue();
    if (Double.isInfinite(quotient)) {
      throw new ChatTemplateException("integer division result too large for a float");
    }
    return new Value.Float(quotient);
  }

  private static BigInteger floorDivide(BigInteger left, BigInteger right, String byZero) {
    if (right.signum() == 0) {
      throw new ChatTemplateException(byZero);
    }
    BigInteger[] result = left.divideAndRemainder(right);
    boolean below = result[1].signum() != 0 && result[1].signum() != right.signum();
    return below ? result[0].subtract(BigInteger.ONE) : result[0];
  }

  private static Value power(Rendering rendering, BigInteger base, BigInteger exponent) {
    if (exponent.signum() < 0) {
      return new Value.Float(
          reals(BinaryOperator.POWER, base.doubleValue(), exponent.doubleValue()));
    }
    boolean trivial = base.bitLength() <= 1 && base.abs().compareTo(BigInteger.ONE) <= 0;
    if (trivial) {
      boolean even = !exponent.testBit(0);
      return exponent.signum() == 0 || (even && base.signum() != 0)
          ? Value.Int.of(1)
          : new Value.Int(base);
    }
    long bits = (long) base.bitLength() * Numbers.clamp(exponent);
    if (bits > 2L * rendering.limits().integerBits()) {
      throw tooLarge(rendering);
    }
    return integer(rendering, base.pow(exponent.intValueExact()));
  }

  private static double reals(BinaryOperator operator, double left, double right) {
    return switch (operator) {
      case ADD -> left + right;
      case SUBTRACT -> left - right;
      case MULTIPLY -> left * right;
      case DIVIDE -> left / nonZero(right, "float division by zero");
      case FLOOR_DIVIDE ->
          Math.floor(
              (left - remainder(left, nonZero(right, "float floor division by zero"))) / right);
      case MODULO -> remainder(left, nonZero(right, "float modulo"));
      case POWER -> {
        if (left == 0 && right < 0) {
          throw new ChatTemplateException("0.0 cannot be raised to a negative power");
        }
        double result = Math.pow(left, right);
        if (Double.isNaN(result) && !Double.isNaN(left) && !Double.isNaN(right)) {
          throw new ChatTemplateException("complex numbers are not supported");
        }
        if (Double.isInfinite(result) && !Double.isInfinite(left) && !Double.isInfinite(right)) {
          throw new ChatTemplateException("(34, 'Numerical result out of range')");
        }
        yield result;
      }
    };
  }

  private static double nonZero(double divisor, String message) {
    if (divisor == 0) {
      throw new ChatTemplateException(message);
    }
    return divisor;
  }

  /** With the sign of the divisor. */
  private static double remainder(double left, double right) {
    double remainder = left % right;
    if (remainder == 0) {
      return Math.copySign(0.0, right);
    }
    return (remainder < 0) != (right < 0) ? remainder + right : remainder;
  }

  private static ChatTemplateException unsupported(
      BinaryOperator operator, Value left, Value right) {
    return unsupported(operator.symbol(), left, right);
  }

  private static ChatTemplateException unsupported(String symbol, Value left, Value right) {
    return new ChatTemplateException(
        "unsupported operand type(s) for %s: '%s' and '%s'"
            .formatted(symbol, TypeNames.of(left), TypeNames.of(right)));
  }
}
