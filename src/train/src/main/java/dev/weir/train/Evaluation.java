package dev.weir.train;

import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a trained network makes of data that it has not learned from, with its averaged weights. */
public final class Evaluation {
  private Evaluation() {}

  /**
   * The parts of the loss, each the mean over batches of one size.
   *
   * @param checkpoint that a {@link Trainer} has left
   * @param count batches, from number 0 on
   * @throws TrainingException if the checkpoint is of another network
   */
  public static Map<String, Double> of(
      Objective objective, TrainingOptions options, Path checkpoint, Batches batches, int count) {
    Map<String, Double> sums = new LinkedHashMap<>();
    try (TrainableModule module =
        TrainableModule.open(objective.program(), options.optimizer(), false, options.seed())) {
      try {
        module.load(Checkpoint.read(checkpoint).state());
      } catch (IllegalArgumentException e) {
        throw new TrainingException(checkpoint + " is of another network: " + e.getMessage());
      }
      for (int i = 0; i < count; i++) {
        module
            .evaluate(objective.inputs(batches.at(i), Long.MAX_VALUE), Weights.AVERAGED)
            .forEach((part, value) -> sums.merge(part, value / count, Double::sum));
      }
    }
    return sums;
  }
}
