package dev.weir.engine;

import dev.weir.engine.Scheduler.Part;
import java.util.ArrayList;
import java.util.List;

/** The parts of a step while they are dealt out, and what they add up to. */
final class StepPlan {
  private final StepBudget budget;
  private final List<Part> parts;
  private int outputs;
  private long outputPositions;
  private int drafts;
  private int promptTokens;
  private long promptPositions;

  /**
   * @param budget knows the window that positions end at
   * @param sequences how many parts there may be, about
   */
  StepPlan(StepBudget budget, int sequences) {
    this.budget = budget;
    parts = new ArrayList<>(sequences);
  }

  void add(Part part) {
    parts.add(part);
    count(part, 1);
  }

  /** An output gets a draft behind its token. */
  void guess(int index, Part part) {
    parts.set(index, part);
    drafts += part.draft();
  }

  /** A sequence computes nothing after all. */
  void remove(Sequence sequence) {
    parts.removeIf(part -> {
      boolean its = part.sequence() == sequence;
      if (its) {
        count(part, -1);
      }
      return its;
    });
  }

  /** One token is a prompt's too, where no row is asked for: else nobody learns what those cost. */
  private void count(Part part, int sign) {
    int known = part.known();
    long positions = budget.positions(part.slice().start(), known);
    if (known == 1 && !part.slice().queries().isEmpty()) {
      outputs += sign;
      outputPositions += sign * positions;
    } else {
      promptTokens += sign * known;
      promptPositions += sign * positions;
    }
    drafts += sign * part.draft();
  }

  /** In the order in which they were added. */
  List<Part> parts() {
    return parts;
  }

  StepLoad load() {
    return new StepLoad(outputs, outputPositions, drafts, promptTokens, promptPositions);
  }
}
