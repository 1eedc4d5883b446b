package dev.weir.text.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes the values of expressions. */
final class Evaluator {
  private final Rendering rendering;

  Evaluator(Rendering rendering) {
    this.rendering = rendering;
  }

  Rendering rendering() {
    return rendering;
  }

  Value evaluate(Expression expression, Frame frame) {
    rendering.enter();
    Value value =
        switch (expression) {
          case Expression.Literal literal -> literal.value();
          case Expression.Name name -> frame.get(name.name());
          case Expression.NamespaceAttribute _ -> throw new AssertionError("only assigned to");
          case Expression.Captured _ -> frame.captured();
          case Expression.TupleLiteral tuple -> new Value.Tuple(all(tuple.items(), frame));
          case Expression.ListLiteral list -> new Value.ListValue(all(list.items(), frame));
          case Expression.DictLiteral dict -> dict(dict, frame);
          case Expression.Unary unary -> {
            Value operand = evaluate(unary.operand(), frame);
            yield unary.negative() ? Arithmetic.negate(operand) : Arithmetic.plus(operand);
          }
          case Expression.Binary binary -> {
            Value left = evaluate(binary.left(), frame);
            yield Arithmetic.apply(
                rendering, binary.operator(), left, evaluate(binary.right(), frame));
          }
          case Expression.Not not -> Value.Bool.of(!isTrue(not.operand(), frame));
          case Expression.And and -> {
            Value left = evaluate(and.left(), frame);
            yield Truth.of(left) ? evaluate(and.right(), frame) : left;
          }
          case Expression.Or or -> {
            Value left = evaluate(or.left(), frame);
            yield Truth.of(left) ? left : evaluate(or.right(), frame);
          }
          case Expression.Compare compare -> Value.Bool.of(compare(compare, frame));
          case Expression.Concat concat -> {
            TextBuilder text = new TextBuilder(rendering);
            for (Value part : all(concat.parts(), frame)) {
              text.append(PythonText.str(rendering, part));
            }
            yield new Value.Str(text.toString());
          }
          case Expression.Conditional choice -> conditional(choice, frame);
          case Expression.Attribute attribute ->
              Subscript.attribute(rendering, evaluate(attribute.target(), frame), attribute.name());
          case Expression.Item item -> {
            Value target = evaluate(item.target(), frame);
            yield Subscript.get(rendering, target, evaluate(item.index(), frame));
          }
          case Expression.Slice slice ->
              Subscript.slice(
                  rendering,
                  evaluate(slice.target(), frame),
                  bound(slice.start(), frame),
                  bound(slice.stop(), frame),
                  bound(slice.step(), frame));
          case Expression.Call call -> call(call, frame, null);
          case Expression.FilterCall filter -> filter(filter, frame);
          case Expression.TestCall test -> test(test, frame);
        };
    rendering.leave();
    return value;
  }

  boolean isTrue(Expression expression, Frame frame) {
    return Truth.of(evaluate(expression, frame));
  }

  private List<Value> all(List<Expression> expressions, Frame frame) {
    List<Value> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(evaluate(expression, frame));
    }
    return values;
  }

  private Value dict(Expression.DictLiteral dict, Frame frame) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    for (Expression.Pair pair : dict.pairs()) {
      Value key = evaluate(pair.key(), frame);
      Value value = evaluate(pair.value(), frame);
      entries.put(Hashing.key(rendering, key), value);
    }
    return new Value.Dict(entries);
  }

  private boolean compare(Expression.Compare compare, Frame frame) {
    Value left = evaluate(compare.first(), frame);
    for (Expression.Operand operand : compare.rest()) {
      Value right = evaluate(operand.value(), frame);
      if (!Comparison.compare(rendering, operand.operator(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Value conditional(Expression.Conditional choice, Frame frame) {
    if (isTrue(choice.test(), frame)) {
      return evaluate(choice.then(), frame);
    }
    return choice.otherwise() == null
        ? Undefined.because(
            "the inline if-expression on line "
                + choice.line()
                + " evaluated to false and no else section was defined.")
        : evaluate(choice.otherwise(), frame);
  }

  private Value bound(@Nullable Expression bound, Frame frame) {
    return bound == null ? Value.None.NONE : evaluate(bound, frame);
  }

  /**
   * @param caller passed as the argument {@code caller}, unless null
   */
  Value call(Expression.Call call, Frame frame, @Nullable Value caller) {
    Value target = evaluate(call.target(), frame);
    Arguments arguments = arguments(call.arguments(), frame);
    if (caller != null) {
      Map<String, Value> named = new LinkedHashMap<>(arguments.named());
      named.put("caller", caller);
      arguments = new Arguments(arguments.positional(), named);
    }
    return switch (target) {
      case Value.Callable callable -> callable.call(rendering, arguments);
      case Undefined undefined -> throw undefined.error();
      default ->
          throw new ChatTemplateException("'" + TypeNames.of(target) + "' object is not callable");
    };
  }

  private Arguments arguments(Expression.CallArguments arguments, Frame frame) {
    List<Value> positional = all(arguments.positional(), frame);
    Map<String, Value> named = new LinkedHashMap<>();
    for (Expression.Keyword keyword : arguments.keywords()) {
      named.put(keyword.name(), evaluate(keyword.value(), frame));
    }
    if (arguments.star() != null) {
      positional.addAll(Iteration.toList(rendering, evaluate(arguments.star(), frame)));
    }
    if (arguments.doubleStar() != null) {
      Value more = evaluate(arguments.doubleStar(), frame);
      if (!(more instanceof Value.Dict dict)) {
        throw new ChatTemplateException(
            "argument after ** must be a mapping, not " + TypeNames.of(more));
      }
      dict.entries().forEach((key, value) -> named.put(PythonText.str(rendering, key), value));
    }
    return new Arguments(positional, named);
  }

  private Value filter(Expression.FilterCall filter, Frame frame) {
    Value operand = evaluate(filter.operand(), frame);
    Arguments arguments = arguments(filter.arguments(), frame).after(operand);
    if (!Filters.has(filter.name())) {
      throw new ChatTemplateException(
          "No filter named " + PythonText.quoted(filter.name()) + " found.");
    }
    return Filters.get(filter.name()).apply(this, arguments);
  }

  private Value test(Expression.TestCall test, Frame frame) {
    Value operand = evaluate(test.operand(), frame);
    Arguments arguments = arguments(test.arguments(), frame).after(operand);
    if (!Tests.has(test.name())) {
      throw new ChatTemplateException(
          "No test named " + PythonText.quoted(test.name()) + " found.");
    }
    return Value.Bool.of(Tests.holds(rendering, test.name(), arguments));
  }
}
