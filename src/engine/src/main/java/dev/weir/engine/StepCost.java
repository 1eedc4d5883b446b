package dev.weir.engine;

/**
 * What a step of a device costs, learned while it runs: a fixed time, and so much more for each
 * output, each position that outputs attend to, each row of a draft, each token of a prompt, and
 * each position that those attend to. Attention makes the last one count: a chunk costs more the
 * further it stands in its prompt.
 *
 * <p>Outputs are learned from steps without prompts, prompts from what a step takes beyond its
 * outputs. How fast the device is now, compared with what all that was learned from, is told by the
 * outputs of the last steps: where another process takes a core away, everything is slower.
 */
final class StepCost {
  /** Share of the last step in the speed, so small that the noise of single steps is not in it. */
  private static final double LAST = 0.15;

  /** Most that one step makes the device faster, as a logarithm. */
  private static final double MOST = 0.7;

  /** What a step leaves of what was learned of outputs. */
  private static final double OUTPUTS_FADE = 0.99;

  /** What a step leaves of what was learned of prompts, at least. */
  private static final double PROMPTS_FADE = 0.97;

  /**
   * Tokens of prompts that are remembered. The chunks of a slow device are small, and a few of them
   * in a row do not tell what a token costs from what its position does.
   */
  private static final double PROMPTS_MEMORY = 2_500;

  // step, outputs, drafts, positions of outputs
  private final LinearCost outputs = new LinearCost(10, 3, 3, 0.003);
  // tokens, their positions
  private final LinearCost prompts = new LinearCost(3, 0.003);
  // everything takes so many times as long as that says
  private double slowness = 1;

  /** Expected time of a step, nanoseconds; what was never seen counts nothing. */
  double nanos(StepLoad load) {
    return outputNanos(load) + promptNanos(load);
  }

  private double outputNanos(StepLoad load) {
    return slowness * outputs.nanos(terms(load));
  }

  /** What its prompts add to a step. */
  double promptNanos(StepLoad load) {
    return slowness * prompts.nanos(load.promptTokens(), load.promptPositions());
  }

  /** What one more row of a draft adds to a step. */
  double draftNanos() {
    return slowness * outputs.nanos(0, 0, 1, 0);
  }

  boolean knowsOutputs() {
    return outputs.knows(1);
  }

  boolean knowsDrafts() {
    return outputs.knows(2);
  }

  private static double[] terms(StepLoad load) {
    return new double[] {1, load.outputs(), load.drafts(), load.outputPositions()};
  }

  /** A step took so long. */
  void learn(StepLoad load, long nanos) {
    if (nanos <= 0) {
      return;
    }
    double usual = nanos / slowness;
    if (load.promptTokens() > 0) {
      prompts.learn(
          Math.max(PROMPTS_FADE, Math.exp(-load.promptTokens() / PROMPTS_MEMORY)),
          load.promptTokens(),
          usual - outputs.nanos(terms(load)),
          usual,
          load.promptTokens(),
          load.promptPositions());
    } else if (load.outputs() > 0) {
      if (!knowsOutputs()) {
        prompts.forget(); // what a step costs by itself was taken for theirs
      }
      double[] terms = terms(load);
      outputs.learn(OUTPUTS_FADE, load.outputs() + load.drafts(), usual, usual, terms);
      double share = outputs.nanos(terms) / usual; // that the costs of the terms explain
      slowness *= Math.exp(Math.max(-MOST, LAST * share * (1 - share)));
    }
  }
}
