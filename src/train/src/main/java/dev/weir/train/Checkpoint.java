package dev.weir.train;

import dev.weir.text.safetensors.Safetensors;
import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.text.safetensors.SafetensorsWriter.Precision;
import dev.weir.text.weights.MappedTensors;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run as it was after some step: all that the next one depends on.
 *
 * @param totalSteps of the run, which the learning rate depends on; 0 if not known yet
 */
record Checkpoint(TrainingState state, long totalSteps) {
  /** Steps made and steps in all, in digits of base {@link #DIGIT} that are exact in float32. */
  private static final String PROGRESS = "progress";

  private static final long DIGIT = 1 << 20;

  void write(Path file, String program) throws IOException {
    List<FloatTensor> tensors = new ArrayList<>();
    long steps = state.steps();
    float[] digits = {steps / DIGIT, steps % DIGIT, totalSteps / DIGIT, totalSteps % DIGIT};
    tensors.add(new FloatTensor(PROGRESS, List.of(digits.length), digits));
    state
        .tensors()
        .forEach(
            (name, tensor) -> tensors.add(new FloatTensor(name, tensor.shape(), tensor.values())));
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("program", program);
    notes.put("steps", Long.toString(steps));
    notes.put("total_steps", Long.toString(totalSteps));
    SafetensorsWriter.write(file, notes, tensors, Precision.F32);
  }

  static Checkpoint read(Path file) {
    Map<String, HostTensor.Floats> tensors = tensors(file);
    HostTensor.Floats progress = tensors.remove(PROGRESS);
    if (progress == null) {
      throw new TrainingException(file + " is no checkpoint of a training run");
    }
    float[] digits = progress.values();
    return new Checkpoint(
        new TrainingState((long) digits[0] * DIGIT + (long) digits[1], tensors),
        (long) digits[2] * DIGIT + (long) digits[3]);
  }

  /** All tensors of a file, in its order. */
  static Map<String, HostTensor.Floats> tensors(Path file) {
    try (MappedTensors source = Safetensors.open(List.of(file), "")) {
      Map<String, HostTensor.Floats> tensors = new LinkedHashMap<>();
      for (String name : source.names()) {
        List<Integer> shape = new ArrayList<>();
        for (long size : source.describe(name).shape()) {
          shape.add(Math.toIntExact(size));
        }
        float[] values = new float[HostTensor.elements(shape)];
        source.read(name, 0, values);
        tensors.put(name, new HostTensor.Floats(shape, values));
      }
      return tensors;
    }
  }
}
