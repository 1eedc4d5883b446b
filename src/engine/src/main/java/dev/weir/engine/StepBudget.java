package dev.weir.engine;

/**
 * How many tokens of prompts a step may have beside running outputs, so that these hardly notice.
 * The budget is time, learned from the steps themselves: a step of any backend costs what its
 * outputs cost alone, and so much more for each token of a prompt.
 */
final class StepBudget {
  /**
   * A step may take so many times what its outputs alone would: the worst times between tokens stay
   * below three times the undisturbed ones, with room for what was estimated wrongly.
   */
  private static final double STRETCH = 2;

  /** A prompt gets on by one block in each step, however slow the device. */
  private static final int LEAST = LanguageModel.BLOCK_TOKENS;

  /** Share of a new measurement in the estimates. */
  private static final double LEARNING = 0.1;

  private static final double UNKNOWN = 0;

  private final int stepTokens;
  // time of a step with 2^i to 2^(i+1) - 1 outputs and nothing else
  private final double[] outputNanos = new double[32];
  private double nanosPerPromptToken = UNKNOWN;
  private double nanosPerDraftToken = UNKNOWN;

  /**
   * @param stepTokens most tokens of a step
   */
  StepBudget(int stepTokens) {
    this.stepTokens = stepTokens;
  }

  /** Most tokens of a step. */
  int stepTokens() {
    return stepTokens;
  }

  /**
   * Most tokens of prompts beside outputs.
   *
   * @param outputs sequences that get one token or more
   * @param drafts further rows of those
   */
  int promptTokens(int outputs, int drafts) {
    int rest = stepTokens - outputs - drafts;
    if (outputs == 0) {
      return rest;
    }
    double alone = outputsAlone(outputs);
    if (alone == UNKNOWN || nanosPerPromptToken == UNKNOWN) {
      return rest;
    }
    double tokens = (STRETCH - 1) * alone / nanosPerPromptToken;
    return (int) Math.min(rest, Math.max(LEAST, tokens));
  }

  /** A token of that many outputs costs so much time; 0 if it is not known yet. */
  double outputNanos(int outputs) {
    return outputsAlone(outputs) / outputs;
  }

  /** One more row of an output costs so much; 0 if it is not known yet. */
  double draftNanos() {
    return nanosPerDraftToken == UNKNOWN ? nanosPerPromptToken : nanosPerDraftToken;
  }

  /** That many tokens of a prompt cost at least so much; 0 if it is not known yet. */
  double promptNanos(int tokens) {
    return nanosPerPromptToken * tokens;
  }

  /** A step took so long. */
  void learn(int outputs, int drafts, int promptTokens, long nanos) {
    if (nanos <= 0) {
      return;
    }
    if (promptTokens == 0 && outputs > 0 && drafts == 0) {
      int bucket = bucket(outputs);
      outputNanos[bucket] = learned(outputNanos[bucket], nanos);
    } else if (promptTokens == 0 && outputs > 0) {
      double perToken = Math.max(1, nanos - outputsAlone(outputs)) / drafts;
      nanosPerDraftToken = learned(nanosPerDraftToken, perToken);
    } else if (promptTokens >= LEAST) {
      double alone = (outputs == 0 ? 0 : outputsAlone(outputs)) + drafts * draftNanos();
      double perToken = Math.max(0, nanos - alone) / promptTokens;
      if (perToken > 0 && (outputs == 0 || alone != UNKNOWN)) {
        nanosPerPromptToken = learned(nanosPerPromptToken, perToken);
      }
    }
  }

  private static double learned(double before, double now) {
    return before == UNKNOWN ? now : before + LEARNING * (now - before);
  }

  /** Of the nearest number of outputs that was seen. */
  private double outputsAlone(int outputs) {
    int bucket = bucket(outputs);
    for (int distance = 0; distance < outputNanos.length; distance++) {
      for (int near : new int[] {bucket - distance, bucket + distance}) {
        if (near >= 0 && near < outputNanos.length && outputNanos[near] != UNKNOWN) {
          return outputNanos[near];
        }
      }
    }
    return UNKNOWN;
  }

  private static int bucket(int outputs) {
    return 31 - Integer.numberOfLeadingZeros(outputs);
  }
}
