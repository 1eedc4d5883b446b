package dev.weir.train;

import dev.weir.torch.train.AdamW;
import java.time.Duration;

/**
 * How a network is trained.
 *
 * @param optimizer see there
 * @param peakRate largest learning rate
 * @param warmUpSteps steps until it is reached
 * @param length how long
 * @param seed of the initial weights
 * @param bfloat16 matrices are multiplied in bfloat16
 * @param checkpointEvery steps between checkpoints
 */
public record TrainingOptions(
    AdamW optimizer,
    double peakRate,
    long warmUpSteps,
    Length length,
    long seed,
    boolean bfloat16,
    long checkpointEvery) {

  /** When a run ends. */
  public sealed interface Length {
    /** After as many steps. */
    record Steps(long steps) implements Length {}

    /** After as many steps as fit, which the first steps tell. */
    record Time(Duration duration) implements Length {}
  }
}
