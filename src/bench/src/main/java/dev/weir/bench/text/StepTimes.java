package dev.weir.bench.text;

import dev.weir.kernels.StepPhase;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Where the time of a step goes, milliseconds: means over the steps of one kind.
 *
 * @param phases of the native calls
 * @param arguments what the step is asked, written by Java: tokens, blocks, queries
 * @param sampling choosing tokens from the answers, in Java
 * @param engine everything else from one step to the next: schedule, text, listeners
 */
record StepTimes(Map<StepPhase, Double> phases, double arguments, double sampling, double engine) {

  /** From the beginning of a step to the beginning of the next. */
  double total() {
    double total = arguments + sampling + engine;
    for (double phase : phases.values()) {
      total += phase;
    }
    return total;
  }

  /**
   * What choosing tokens takes, all of it: asking (with a step's other arguments), answering,
   * choosing.
   */
  double samplingShare() {
    double answers = phases.getOrDefault(StepPhase.ANSWERS, 0.0);
    return (arguments + answers + sampling) / total();
  }

  /** Everything in its order, by the names that results have. */
  Map<String, Double> named() {
    Map<String, Double> named = new LinkedHashMap<>();
    phases.forEach((phase, ms) -> named.put(phase.name().toLowerCase(Locale.ROOT), ms));
    named.put("arguments", arguments);
    named.put("sampling", sampling);
    named.put("engine", engine);
    return named;
  }
}
