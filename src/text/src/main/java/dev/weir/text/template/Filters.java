package dev.weir.text.template;

import java.util.HashMap;
import java.util.Map;

/** The filters of Jinja, by name, with {@code tojson} as transformers has it. */
final class Filters {
  /** A filter; the first argument is what it is applied to. */
  interface Filter {
    Value apply(Evaluator evaluator, Arguments arguments);
  }

  /** A filter that needs its arguments only. */
  interface Simple {
    Value apply(Signature.Bound arguments);
  }

  private static final Map<String, Filter> FILTERS = new HashMap<>();

  static {
    TextFilters.addTo(FILTERS);
    SequenceFilters.addTo(FILTERS);
    SelectionFilters.addTo(FILTERS);
    NumberFilters.addTo(FILTERS);
  }

  private Filters() {}

  static boolean has(String name) {
    return FILTERS.containsKey(name);
  }

  /** A filter that there has to be. */
  static Filter get(String name) {
    Filter filter = FILTERS.get(name);
    if (filter == null) {
      throw new ChatTemplateException("No filter named " + PythonText.quoted(name) + ".");
    }
    return filter;
  }

  /**
   * @param parameters names of all parameters, that of the filtered value first
   */
  static Filter simple(Simple filter, String function, String... parameters) {
    Signature signature = Signature.of(function, parameters);
    return (evaluator, arguments) -> filter.apply(signature.bind(evaluator.rendering(), arguments));
  }
}
