package dev.weir.engine;

import java.util.Random;

/**
 * A device whose steps take a time that is known: so much for itself and more for each output,
 * token of a prompt and position that those attend to. Nanoseconds.
 *
 * @param growth outputs cost what so many of them do to this power: 1, or less if they share work
 * @param noise standard deviation of the logarithm of the times
 * @param interrupted share of the steps that take {@code interruption} times as long
 */
record TestingDevice(
    double step,
    double output,
    double growth,
    double outputPosition,
    double promptToken,
    double promptPosition,
    double noise,
    double interrupted,
    double interruption) {

  /** Outputs that share nothing, and interruptions of ten times. */
  TestingDevice(
      double step,
      double output,
      double outputPosition,
      double promptToken,
      double promptPosition,
      double noise,
      double interrupted) {
    this(step, output, 1, outputPosition, promptToken, promptPosition, noise, interrupted, 10);
  }

  double nanos(StepLoad load) {
    return step
        + output * Math.pow(load.outputs() + load.drafts(), growth)
        + outputPosition * load.outputPositions()
        + promptToken * load.promptTokens()
        + promptPosition * load.promptPositions();
  }

  /** A time that is measured. */
  long measured(StepLoad load, Random random) {
    double factor = Math.exp(noise * random.nextGaussian());
    return Math.round(nanos(load) * (random.nextDouble() < interrupted ? interruption : factor));
  }

  /** The same device when everything takes so many times as long. */
  TestingDevice slower(double times) {
    return slower(times, times);
  }

  /** The same device when outputs and prompts take so many times as long. */
  TestingDevice slower(double outputs, double prompts) {
    return new TestingDevice(
        outputs * step,
        outputs * output,
        growth,
        outputs * outputPosition,
        prompts * promptToken,
        prompts * promptPosition,
        noise,
        interrupted,
        interruption);
  }
}
