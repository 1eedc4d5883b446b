package dev.weir.train;

import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a network does not learn from, and is tried on with its averaged weights, always on the same
 * batches.
 *
 * @param batches of one size, of which those from number 0 on are taken
 * @param count batches; 0 for none
 */
public record HeldOut(Batches batches, int count) {
  /** Nothing is kept back. */
  public static final HeldOut NONE = new HeldOut(step -> Map.of(), 0);

  /** The parts of the loss, each the mean over the batches; empty if there are none. */
  Map<String, Double> losses(TrainableModule module, Objective objective) {
    Map<String, Double> sums = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      module
          .evaluate(objective.inputs(batches.at(i), Long.MAX_VALUE), Weights.AVERAGED)
          .forEach((part, value) -> sums.merge(part, value / count, Double::sum));
    }
    return sums;
  }
}
