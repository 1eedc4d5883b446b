package dev.weir.train;

import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.text.safetensors.SafetensorsWriter.Precision;
import dev.weir.torch.train.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run ends in and is shipped: the averaged weights in 16 bits, a safetensors file. Figures
 * of a network are those of this file.
 */
public final class TrainedWeights {
  public static final String FILE = "model.safetensors";

  private TrainedWeights() {}

  /**
   * Writes the weights of a checkpoint.
   *
   * @param checkpoint that a {@link Trainer} has left
   * @param recipe how they were made, kept in the file: family, seed
   * @return steps that the run has made
   * @throws TrainingException if the file is no checkpoint
   */
  public static long export(Path checkpoint, Map<String, String> recipe, Path file)
      throws IOException {
    TrainingState state = Checkpoint.read(checkpoint).state();
    List<FloatTensor> tensors = new ArrayList<>();
    state
        .averaged()
        .forEach(
            (name, tensor) -> tensors.add(new FloatTensor(name, tensor.shape(), tensor.values())));
    Map<String, String> notes = new LinkedHashMap<>(recipe);
    notes.put("steps", Long.toString(state.steps()));
    SafetensorsWriter.write(file, notes, tensors, Precision.F16);
    return state.steps();
  }

  /** The weights of a file, as float32, to compute with. */
  public static TrainingState read(Path file) {
    return TrainingState.ofWeights(Checkpoint.tensors(file));
  }
}
