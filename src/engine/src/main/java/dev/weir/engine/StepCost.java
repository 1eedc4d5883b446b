package dev.weir.engine;

/**
 * What a step of a device costs, learned while it runs: a fixed time, and so much more for each
 * output, each position that outputs attend to, each row of a draft, each token of a prompt, and
 * each position that those attend to. Attention makes the last one count: a chunk costs more the
 * further it stands in its prompt.
 *
 * <p>Outputs are learned from steps without prompts, prompts from what a step takes beyond its
 * outputs. How fast the device is now, compared with what all that was learned from, is told by the
 * outputs of the last few steps: where another process takes a core away, everything is slower.
 */
final class StepCost {
  /** Share of the last step in the speed. */
  private static final double LAST = 0.5;

  /** Most that one step makes the device faster, as a logarithm. */
  private static final double MOST = 0.7;

  // step, outputs, drafts, positions of outputs
  private final LinearCost outputs = new LinearCost(0.99, 10, 3, 3, 0.003);
  // tokens, their positions
  private final LinearCost prompts = new LinearCost(0.97, 3, 0.003);
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
      outputs.learn(load.outputs() + load.drafts(), usual, usual, terms);
      double share = outputs.nanos(terms) / usual; // that the costs of the terms explain
      slowness *= Math.exp(Math.max(-MOST, LAST * share * (1 - share)));
    }
  }
}
