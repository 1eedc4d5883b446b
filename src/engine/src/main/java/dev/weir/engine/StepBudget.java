package dev.weir.engine;

/**
 * How many tokens of prompts a step may have beside running outputs, so that these hardly notice.
 * The budget is time: what a step costs is learned from the steps themselves, see {@link StepCost}.
 */
final class StepBudget {
  /**
   * A step may take so many times what outputs alone would, those that it has and those that come:
   * the worst times between tokens stay below three times the undisturbed ones, with room for what
   * was estimated wrongly.
   */
  private static final double STRETCH = 2;

  /** A prompt gets on in each step, however slow the device. */
  private static final int LEAST = 1;

  /** What a first prompt begins with beside outputs, while nobody knows what it costs. */
  private static final int UNKNOWN = LanguageModel.BLOCK_TOKENS;

  /** Beside outputs a step has so many times the tokens of prompts that one ever had, at most. */
  private static final int GROWTH = 2;

  /** Steps after which one without prompts tells again what outputs take alone. */
  private static final int LONGEST_BESIDE_PROMPTS = 50;

  /** What a refusal leaves of the time that prompts are expected to take. */
  private static final double DOUBT = 0.95;

  private final int stepTokens;
  private final int window;
  private final StepCost cost = new StepCost();
  // steps in a row with outputs and prompts
  private int besidePrompts;
  // most tokens of prompts that a step ever had
  private int mostTokens;
  // what refusals have left of the expectation since a prompt was measured
  private double trust = 1;

  /**
   * @param stepTokens most tokens of a step
   * @param window most positions that a token attends to; 0: all before it
   */
  StepBudget(int stepTokens, int window) {
    this.stepTokens = stepTokens;
    this.window = window;
  }

  /** Most tokens of a step. */
  int stepTokens() {
    return stepTokens;
  }

  /**
   * What prompts may have of a step.
   *
   * @param load what the step has already: outputs, their drafts, single tokens of prompts
   * @param soon sequences that have no output yet and may begin at any moment: a step without
   *     outputs must not make these wait much longer than one with them
   * @param behind prompts that have a slot, or could have a free one, behind the first of them:
   *     they will make steps longer in any case, and each waits until all before it are in
   */
  Room room(StepLoad load, int soon, int behind) {
    int tokens = stepTokens - load.outputs() - load.drafts() - load.promptTokens();
    if (load.outputs() + soon == 0) {
      return new Room(tokens, Double.POSITIVE_INFINITY, 0);
    }
    if (load.outputs() > 0 && besidePrompts >= LONGEST_BESIDE_PROMPTS) {
      return new Room(0, 0, 0);
    }
    StepLoad alone = load.outputs() > 0 ? load.outputsAlone() : new StepLoad(soon, 0, 0, 0, 0);
    int tried = Math.max(UNKNOWN, GROWTH * mostTokens);
    // one more output is one more token, nearly; what many outputs cost may be unknown yet
    double undisturbed = cost.nanos(alone) + cost.promptNanos(StepLoad.ofPrompt(behind, 0));
    return new Room(Math.min(tokens, tried), STRETCH * undisturbed - cost.nanos(load), LEAST);
  }

  /** A token of these outputs costs so much time; 0 if it is not known yet. */
  double outputNanos(StepLoad load) {
    return cost.knowsOutputs() ? cost.nanos(load.outputsAlone()) / load.outputs() : 0;
  }

  /**
   * One more row of an output costs so much; 0 if it is not known yet.
   *
   * @param position where it stands
   */
  double draftNanos(long position) {
    return cost.knowsDrafts()
        ? cost.draftNanos()
        : cost.promptNanos(StepLoad.ofPrompt(1, positions((int) position, 1)));
  }

  /**
   * Tokens of a prompt cost at least so much, in steps of their own; 0 if it is not known yet.
   *
   * @param start position of the first
   */
  double promptNanos(int start, int tokens) {
    StepLoad load = StepLoad.ofPrompt(tokens, positions(start, tokens));
    int steps = Math.ceilDiv(tokens, stepTokens);
    return trust * (cost.promptNanos(load) + steps * cost.nanos(StepLoad.ofPrompt(0, 0)));
  }

  /**
   * A prompt was refused because of {@link #promptNanos}. If all are, nothing tells that the device
   * has become faster meanwhile; so each makes the expectation a little less certain.
   */
  void refused() {
    trust *= DOUBT;
  }

  /** A step took so long. */
  void learn(StepLoad load, long nanos) {
    besidePrompts = load.promptTokens() > 0 && load.outputs() > 0 ? besidePrompts + 1 : 0;
    if (load.promptTokens() > 0) {
      mostTokens = Math.max(mostTokens, load.promptTokens());
      trust = 1;
    }
    cost.learn(load, nanos);
  }

  /** Positions that tokens attend to, added up. */
  long positions(int start, int tokens) {
    int growing = window == 0 ? tokens : Math.clamp((long) window - start, 0, tokens);
    long grown = (long) growing * start + (long) growing * (growing - 1) / 2;
    return grown + (long) (tokens - growing) * window;
  }

  /** What is left for prompts in one step. */
  final class Room {
    private int tokens;
    private double nanos;
    // whatever they cost
    private int least;

    private Room(int tokens, double nanos, int least) {
      this.tokens = tokens;
      this.nanos = nanos;
      this.least = least;
    }

    /** Most tokens of a prompt that goes on at a position; 0 if there is no room. */
    int tokens(int start) {
      int most = Math.min(tokens, least);
      int tooMany = tokens + 1;
      while (tooMany - most > 1) { // most are within the time, or the least; tooMany are not
        int middle = (most + tooMany) >>> 1;
        if (nanos(start, middle) <= nanos) {
          most = middle;
        } else {
          tooMany = middle;
        }
      }
      return most;
    }

    void take(int start, int count) {
      tokens -= count;
      nanos -= nanos(start, count);
      least = Math.max(0, least - count);
    }

    private double nanos(int start, int count) {
      return cost.promptNanos(StepLoad.ofPrompt(count, positions(start, count)));
    }
  }
}
