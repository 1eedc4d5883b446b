package dev.weir.train;

import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainingState;
import java.util.Map;

/** What a trained network makes of data that it has not learned from, with its averaged weights. */
public final class Evaluation {
  private Evaluation() {}

  /**
   * The parts of the loss, each the mean over the batches.
   *
   * @param state whose averaged weights compute, such as {@link TrainedWeights#read}
   * @throws TrainingException if the state is of another network
   */
  public static Map<String, Double> of(
      Objective objective, TrainingOptions options, TrainingState state, HeldOut heldOut) {
    try (TrainableModule module = open(objective, options, state)) {
      return heldOut.losses(module, objective);
    }
  }

  /**
   * A network with trained weights, in float32; to be closed.
   *
   * @throws TrainingException if the state is of another network
   */
  public static TrainableModule open(
      Objective objective, TrainingOptions options, TrainingState state) {
    TrainableModule module =
        TrainableModule.open(objective.program(), options.optimizer(), false, options.seed());
    try {
      module.load(state);
    } catch (IllegalArgumentException e) {
      module.close();
      throw new TrainingException("the weights are of another network: " + e.getMessage());
    }
    return module;
  }
}
