package dev.weir.text.template;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Filters that apply a test or another filter to each item. */
final class SelectionFilters {
  private SelectionFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("map", SelectionFilters::map);
    filters.put("select", (evaluator, arguments) -> select(evaluator, arguments, true, false));
    filters.put("reject", (evaluator, arguments) -> select(evaluator, arguments, false, false));
    filters.put("selectattr", (evaluator, arguments) -> select(evaluator, arguments, true, true));
    filters.put("rejectattr", (evaluator, arguments) -> select(evaluator, arguments, false, true));
  }

  private static Value map(Evaluator evaluator, Arguments arguments) {
    Value items = subject(arguments, "do_map");
    return SequenceFilters.generator(
        "sync_do_map",
        () ->
            Truth.of(items)
                ? Iteration.map(
                    Iteration.of(evaluator.rendering(), items),
                    mapping(evaluator, arguments.without(1)))
                : none());
  }

  private static UnaryOperator<Value> mapping(Evaluator evaluator, Arguments arguments) {
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      Map<String, Value> rest = new LinkedHashMap<>(arguments.named());
      Value attribute = rest.remove("attribute");
      Value given = rest.remove("default");
      if (attribute == null || !rest.isEmpty()) {
        throw new ChatTemplateException(
            "Unexpected keyword argument " + PythonText.quoted(rest.keySet().iterator().next()));
      }
      AttributePath path = AttributePath.of(attribute);
      Value defaultValue = given == Value.None.NONE ? null : given;
      return item -> path.get(evaluator.rendering(), item, defaultValue);
    }
    if (arguments.positional().isEmpty()) {
      throw new ChatTemplateException("map requires a filter argument");
    }
    String filter = PythonText.str(evaluator.rendering(), arguments.positional().getFirst());
    Arguments rest = arguments.without(1);
    return item -> Filters.get(filter).apply(evaluator, rest.after(item));
  }

  private static Value select(
      Evaluator evaluator, Arguments arguments, boolean wanted, boolean byAttribute) {
    String name = (wanted ? "select" : "reject") + (byAttribute ? "attr" : "");
    Value items = subject(arguments, "do_" + name);
    return SequenceFilters.generator(
        "sync_do_" + name,
        () ->
            Truth.of(items)
                ? new FilteredIterator(
                    Iteration.of(evaluator.rendering(), items),
                    selection(evaluator, arguments.without(1), wanted, byAttribute))
                : none());
  }

  private static Predicate<Value> selection(
      Evaluator evaluator, Arguments arguments, boolean wanted, boolean byAttribute) {
    if (byAttribute && arguments.positional().isEmpty()) {
      throw new ChatTemplateException("Missing parameter for attribute name");
    }
    UnaryOperator<Value> subject = item -> item;
    Arguments rest = arguments;
    if (byAttribute) {
      AttributePath path = AttributePath.of(arguments.positional().getFirst());
      subject = item -> path.get(evaluator.rendering(), item, null);
      rest = arguments.without(1);
    }
    UnaryOperator<Value> each = subject;
    if (rest.positional().isEmpty()) {
      return item -> Truth.of(each.apply(item)) == wanted;
    }
    String test = PythonText.str(evaluator.rendering(), rest.positional().getFirst());
    Arguments testArguments = rest.without(1);
    return item ->
        Tests.holds(evaluator.rendering(), test, testArguments.after(each.apply(item))) == wanted;
  }

  private static Value subject(Arguments arguments, String function) {
    if (arguments.positional().isEmpty()) {
      throw new ChatTemplateException(
          function + "() missing 1 required positional argument: 'value'");
    }
    return arguments.positional().getFirst();
  }

  private static Iterator<Value> none() {
    return List.<Value>of().iterator();
  }
}
