package dev.weir.train;

import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainingProgram;
import java.util.Map;

/** What a model family minimises. */
public interface Objective {
  /** The network and its loss. */
  TrainingProgram program();

  /**
   * What the loss takes in a step: a batch and, where a family wants it, noise and weights, which
   * are functions of the step.
   */
  Map<String, HostTensor> inputs(Map<String, HostTensor.Integers> batch, long step);
}
