package dev.weir.train;

import dev.weir.torch.train.HostTensor;
import java.util.Map;

/** What is learned from, by the number of the step: a run that goes on sees what it would have. */
@FunctionalInterface
public interface Batches {
  /**
   * The batch of a step.
   *
   * @param step counted from 0
   * @return tensors by the names that the {@link Objective} knows, [batch, ..]
   */
  Map<String, HostTensor.Integers> at(long step);
}
