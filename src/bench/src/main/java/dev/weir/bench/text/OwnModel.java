package dev.weir.bench.text;

import dev.weir.engine.LanguageModel;
import dev.weir.text.Checkpoint;

/**
 * Weir's own model, as a worker would run it.
 *
 * @param model owned by whoever loaded it
 * @param backend what computes it, such as {@code torch-cpu}
 * @param precision of the linear layers, such as {@code int8}
 */
public record OwnModel(LanguageModel model, String backend, String precision) {

  /** Loads the model that is measured, or what it is held against. */
  @FunctionalInterface
  public interface Loader {
    /**
     * Loads it, for the thread that makes the first step.
     *
     * @param slots sequences at the same time
     */
    OwnModel load(int slots);
  }

  /** Loads any checkpoint in the same way. */
  @FunctionalInterface
  public interface CheckpointLoader {
    /** Loads it; the checkpoint can be closed afterwards. */
    OwnModel load(Checkpoint checkpoint, int slots);
  }
}
