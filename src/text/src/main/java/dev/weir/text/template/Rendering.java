package dev.weir.text.template;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One rendering of a template: what it was given, and what it has used of its limits. */
final class Rendering {
  // Copying text is cheap beside everything else; see TemplateLimits.steps.
  private static final int CHARACTERS_A_STEP = 16;
  private static final int ITEMS_A_STEP = 1;

  private final TemplateLimits limits;
  private final Clock clock;
  private final Map<String, Value> context;
  private final Map<String, Value> exported = new HashMap<>();
  private long steps;
  private int iterations;
  private int depth;

  /**
   * @param context what the caller passed, by name
   */
  Rendering(TemplateLimits limits, Clock clock, Map<String, Value> context) {
    this.limits = limits;
    this.clock = clock;
    this.context = context;
  }

  Clock clock() {
    return clock;
  }

  TemplateLimits limits() {
    return limits;
  }

  /** What a name means that no scope has set. */
  @Nullable Value resolve(String name) {
    Value value = exported.get(name);
    if (value == null) {
      value = context.get(name);
    }
    return value == null ? Globals.get(name) : value;
  }

  /** Makes a variable of the template's top level known to its blocks. */
  void export(String name, Value value) {
    exported.put(name, value);
  }

  /** Uses up steps. */
  void spend(long amount) {
    steps += amount;
    if (steps > limits.steps()) {
      throw new ChatTemplateException("the template takes more than " + limits.steps() + " steps");
    }
  }

  void spendIteration() {
    if (++iterations > limits.loopIterations()) {
      throw new ChatTemplateException(
          "the template's loops take more than " + limits.loopIterations() + " iterations");
    }
    spend(1);
  }

  /** Uses up the steps of making a text and checks its length, in UTF-16 units. */
  void spendText(long length) {
    if (length > limits.outputCharacters()) {
      throw new ChatTemplateException(
          "the template makes a text of more than " + limits.outputCharacters() + " characters");
    }
    spend(1 + length / CHARACTERS_A_STEP);
  }

  /** As {@link #spendText}, where a text grows. */
  void spendAppended(long length, long added) {
    if (length + added > limits.outputCharacters()) {
      spendText(length + added);
    }
    spend(1 + added / CHARACTERS_A_STEP);
  }

  /** Uses up the steps of making a sequence and checks its length. */
  void spendItems(long count) {
    if (count > limits.outputCharacters()) {
      throw new ChatTemplateException(
          "the template makes a sequence of more than " + limits.outputCharacters() + " items");
    }
    spend(1 + count / ITEMS_A_STEP);
  }

  /** A text that was made, within the limits. */
  Value.Str text(String text) {
    spendText(text.length());
    return new Value.Str(text);
  }

  /** Goes one deeper; each call is followed by one of {@link #leave}, unless rendering ends. */
  void enter() {
    if (++depth > limits.depth()) {
      throw tooDeep();
    }
    spend(1);
  }

  void leave() {
    depth--;
  }

  static ChatTemplateException tooDeep() {
    return new ChatTemplateException("maximum recursion depth exceeded");
  }
}
