package dev.weir.train.pixel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.text.safetensors.Safetensors;
import dev.weir.text.weights.MappedTensors;
import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.Parameter;
import dev.weir.torch.train.StepReport;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.torch.train.TrainingProgram;
import dev.weir.torch.train.TrainingState;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Training steps against PyTorch's in float64; {@code src/test/python/pixel_steps.py} wrote them.
 */
final class PyTorchStepsTest {
  private static final PixelTransformerConfig CONFIG =
      new PixelTransformerConfig(List.of(2, 3), 4, 5, 8, 12, 2, 2, 4);
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.98, 1e-6, 0.1, 0.5, 0.15);
  private static final double RATE = 1e-2;
  private static final int STEPS = 3;

  /** What float32 sums of a few hundred terms differ by from float64's. */
  private static final double TOLERANCE = 2e-6;

  private final TrainingProgram program = new PixelTransformer(CONFIG).program();
  private final MappedTensors expected = open();
  private final TrainableModule module = TrainableModule.open(program, OPTIMIZER, false, 1);

  @AfterEach
  void close() {
    module.close();
    expected.close();
  }

  @Test
  void lossesAndGradientsEqualPyTorchs() {
    begin();
    Map<String, HostTensor.Floats> gradient = module.gradient(inputs(0));
    assertThat(module.evaluate(inputs(0), Weights.LAST).get("loss"))
        .isEqualTo(values("losses")[0], within(TOLERANCE));
    for (Parameter parameter : program.parameters()) {
      assertThat(values(gradient, parameter.name()))
          .as(parameter.name())
          .containsExactly(values("gradient." + parameter.name()), within((float) TOLERANCE));
    }
  }

  @Test
  void weightsAndTheirAverageEqualPyTorchsAfterStepsOfAdamW() {
    begin();
    for (int step = 0; step < STEPS; step++) {
      StepReport report = module.step(inputs(step), RATE);
      assertThat(report.loss()).isEqualTo(values("losses")[step], within(TOLERANCE));
      assertThat(report.gradientNorm()).isEqualTo(values("norms")[step], within(TOLERANCE));
    }
    Map<String, HostTensor.Floats> state = module.state().tensors();
    for (Parameter parameter : program.parameters()) {
      assertThat(values(state, "weights." + parameter.name()))
          .as(parameter.name())
          .containsExactly(values("final." + parameter.name()), within((float) TOLERANCE));
      assertThat(values(state, "average." + parameter.name()))
          .as("average of " + parameter.name())
          .containsExactly(values("average." + parameter.name()), within((float) TOLERANCE));
    }
  }

  private void begin() {
    Map<String, HostTensor.Floats> tensors = new LinkedHashMap<>();
    for (Parameter parameter : program.parameters()) {
      HostTensor.Floats initial =
          new HostTensor.Floats(parameter.shape(), values("initial." + parameter.name()));
      HostTensor.Floats zeros =
          new HostTensor.Floats(parameter.shape(), new float[initial.values().length]);
      tensors.put("weights." + parameter.name(), initial);
      tensors.put("average." + parameter.name(), initial);
      tensors.put("first." + parameter.name(), zeros);
      tensors.put("second." + parameter.name(), zeros);
    }
    module.load(new TrainingState(0, tensors));
  }

  private Map<String, HostTensor> inputs(int step) {
    return Map.of(
        PixelTransformer.CONDITION, integers("condition." + step),
        PixelTransformer.PIXELS, integers("pixels." + step));
  }

  private HostTensor.Integers integers(String name) {
    List<Integer> shape = new ArrayList<>();
    for (long size : expected.describe(name).shape()) {
      shape.add((int) size);
    }
    float[] floats = values(name);
    int[] integers = new int[floats.length];
    for (int i = 0; i < floats.length; i++) {
      integers[i] = (int) floats[i];
    }
    return new HostTensor.Integers(shape, integers);
  }

  private float[] values(String name) {
    int size = 1;
    for (long length : expected.describe(name).shape()) {
      size *= (int) length;
    }
    float[] values = new float[size];
    expected.read(name, 0, values);
    return values;
  }

  private static float[] values(Map<String, HostTensor.Floats> state, String name) {
    return Objects.requireNonNull(state.get(name)).values();
  }

  private static MappedTensors open() {
    try {
      Path file =
          Path.of(
              Objects.requireNonNull(PyTorchStepsTest.class.getResource("pixel_steps.safetensors"))
                  .toURI());
      return Safetensors.open(List.of(file), "");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
