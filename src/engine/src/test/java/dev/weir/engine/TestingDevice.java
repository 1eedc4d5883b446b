package dev.weir.engine;

import java.util.Random;

/**
 * A device whose steps take a time that is known: so much for itself and more for each output,
 * token of a prompt and position that those attend to. Nanoseconds.
 *
 * @param noise standard deviation of the logarithm of the times
 * @param interrupted share of the steps that take ten times as long
 */
record TestingDevice(
    double step,
    double output,
    double outputPosition,
    double promptToken,
    double promptPosition,
    double noise,
    double interrupted) {

  double nanos(StepLoad load) {
    return step
        + output * (load.outputs() + load.drafts())
        + outputPosition * load.outputPositions()
        + promptToken * load.promptTokens()
        + promptPosition * load.promptPositions();
  }

  /** A time that is measured. */
  long measured(StepLoad load, Random random) {
    double factor = Math.exp(noise * random.nextGaussian());
    return Math.round(nanos(load) * (random.nextDouble() < interrupted ? 10 : factor));
  }

  /** The same device when everything takes so many times as long. */
  TestingDevice slower(double times) {
    return new TestingDevice(
        times * step,
        times * output,
        times * outputPosition,
        times * promptToken,
        times * promptPosition,
        noise,
        interrupted);
  }
}
