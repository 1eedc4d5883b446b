package dev.weir.text.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of one lexical scope, and where each gets its value when the scope is entered.
 *
 * <p>Jinja decides for a whole scope at once which names are its own; {@link ScopeAnalysis} follows
 * that, because it shows: a variable that a loop's body sets begins each iteration with the outer
 * value, and one that is set further down is undefined before, even where the caller passed it.
 *
 * @param slots places in {@link Frame}, by name
 * @param loads what each place starts with
 */
record Scope(Map<String, Integer> slots, List<Load> loads) {

  /** Where a name's first value comes from. */
  enum Load {
    /** From whoever enters the scope: a macro's argument, a loop's target. */
    PARAMETER,
    /** From what the caller passed to the template, or the globals. */
    RESOLVE,
    /** From the scope around. */
    ALIAS,
    /** Nowhere: it is set before it is read. */
    UNDEFINED
  }

  static Scope of(Map<String, Load> names) {
    Map<String, Integer> slots = new LinkedHashMap<>();
    names.keySet().forEach(name -> slots.put(name, slots.size()));
    return new Scope(slots, List.copyOf(names.values()));
  }

  boolean isParameter(String name) {
    Integer slot = slots.get(name);
    return slot != null && loads.get(slot) == Load.PARAMETER;
  }

  @Nullable Integer slot(String name) {
    return slots.get(name);
  }
}
