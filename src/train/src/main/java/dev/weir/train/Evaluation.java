package dev.weir.train;

import dev.weir.torch.train.TrainableModule;
import java.nio.file.Path;
import java.util.Map;

/** What a trained network makes of data that it has not learned from, with its averaged weights. */
public final class Evaluation {
  private Evaluation() {}

  /**
   * The parts of the loss, each the mean over the batches.
   *
   * @param checkpoint that a {@link Trainer} has left
   * @throws TrainingException if the checkpoint is of another network
   */
  public static Map<String, Double> of(
      Objective objective, TrainingOptions options, Path checkpoint, HeldOut heldOut) {
    try (TrainableModule module =
        TrainableModule.open(objective.program(), options.optimizer(), false, options.seed())) {
      try {
        module.load(Checkpoint.read(checkpoint).state());
      } catch (IllegalArgumentException e) {
        throw new TrainingException(checkpoint + " is of another network: " + e.getMessage());
      }
      return heldOut.losses(module, objective);
    }
  }
}
