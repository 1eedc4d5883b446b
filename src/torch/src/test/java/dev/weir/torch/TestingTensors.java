package dev.weir.torch;

import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorSource;
import dev.weir.text.TensorType;
import dev.weir.text.config.ExpectedTensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Weights in memory: random, of the shapes that a config asks for. */
public final class TestingTensors implements TensorSource {
  private final Map<String, List<Long>> shapes = new HashMap<>();
  private final Map<String, float[]> values = new HashMap<>();

  public static TestingTensors random(ModelConfig config, long seed) {
    TestingTensors tensors = new TestingTensors();
    Random random = new Random(seed);
    ExpectedTensors.of(config)
        .forEach((name, shape) -> {
          float[] elements =
              new float[(int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b)];
          float center = name.endsWith("norm.weight") ? 1 : 0;
          for (int i = 0; i < elements.length; i++) {
            elements[i] = center + (float) (0.15 * random.nextGaussian());
          }
          tensors.shapes.put(name, shape);
          tensors.values.put(name, elements);
        });
    return tensors;
  }

  public Checkpoint checkpoint(ModelConfig config) {
    return new Checkpoint(
        "testing",
        config,
        this,
        null,
        null,
        new Checkpoint.SpecialTokens(null, null, null, null),
        Set.of(),
        () -> "0123456789abcdef0123456789abcdef");
  }

  public float[] values(String name) {
    float[] found = values.get(name);
    if (found == null) {
      throw new CheckpointException("there is no tensor " + name);
    }
    return found;
  }

  public void remove(String name) {
    values.remove(name);
    shapes.remove(name);
  }

  @Override
  public Set<String> names() {
    return shapes.keySet();
  }

  @Override
  public TensorDescription describe(String name) {
    values(name);
    return new TensorDescription(name, shapes.getOrDefault(name, List.of()), TensorType.F32);
  }

  @Override
  public void read(String name, long offset, float[] into) {
    System.arraycopy(values(name), (int) offset, into, 0, into.length);
  }

  @Override
  public void close() {}
}
