package dev.weir.torch.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a training step depends on but its inputs: what a checkpoint holds.
 *
 * @param steps steps made
 * @param tensors by name: {@code weights.NAME}, {@code first.NAME} and {@code second.NAME} (moments
 *     of the gradient), {@code average.NAME} for each parameter
 */
public record TrainingState(long steps, Map<String, HostTensor.Floats> tensors) {
  static final List<String> VECTORS = List.of("weights", "first", "second", "average");

  private static final String AVERAGE = "average.";

  /** Trained weights by the names of their parameters, to compute with and not to go on from. */
  public static TrainingState ofWeights(Map<String, HostTensor.Floats> weights) {
    Map<String, HostTensor.Floats> tensors = new LinkedHashMap<>();
    weights.forEach((name, tensor) -> {
      for (String vector : VECTORS) {
        boolean moment = vector.equals("first") || vector.equals("second");
        tensors.put(
            vector + "." + name,
            moment
                ? new HostTensor.Floats(tensor.shape(), new float[tensor.values().length])
                : tensor);
      }
    });
    return new TrainingState(0, tensors);
  }

  /** The averaged weights by the names of their parameters. */
  public Map<String, HostTensor.Floats> averaged() {
    Map<String, HostTensor.Floats> averaged = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> {
      if (name.startsWith(AVERAGE)) {
        averaged.put(name.substring(AVERAGE.length()), tensor);
      }
    });
    return averaged;
  }

  /** Cuts vectors, in the order of {@link #VECTORS}, into parameters. */
  static TrainingState of(long steps, List<Parameter> parameters, List<float[]> vectors) {
    Map<String, HostTensor.Floats> tensors = new LinkedHashMap<>();
    for (int v = 0; v < vectors.size(); v++) {
      int offset = 0;
      for (Parameter parameter : parameters) {
        float[] values =
            java.util.Arrays.copyOfRange(vectors.get(v), offset, offset + parameter.elements());
        tensors.put(
            VECTORS.get(v) + "." + parameter.name(),
            new HostTensor.Floats(parameter.shape(), values));
        offset += parameter.elements();
      }
    }
    return new TrainingState(steps, tensors);
  }

  /**
   * The vectors that the parameters of a program make.
   *
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  List<float[]> vectors(List<Parameter> parameters) {
    int size = parameters.stream().mapToInt(Parameter::elements).sum();
    List<float[]> vectors = new ArrayList<>();
    for (String vector : VECTORS) {
      float[] values = new float[size];
      int offset = 0;
      for (Parameter parameter : parameters) {
        String name = vector + "." + parameter.name();
        HostTensor.Floats tensor = tensors.get(name);
        if (tensor == null || !tensor.shape().equals(parameter.shape())) {
          throw new IllegalArgumentException(
              "%s has the shape %s, and the state %s"
                  .formatted(
                      name, parameter.shape(), tensor == null ? "lacks it" : tensor.shape()));
        }
        System.arraycopy(tensor.values(), 0, values, offset, parameter.elements());
        offset += parameter.elements();
      }
      vectors.add(values);
    }
    return vectors;
  }
}
