package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both programs of the RMS norm against its definition (Zhang and Sennrich 2019, equation 4). */
class NormTest {
  private static final double EPSILON = 1e-5;
  private static final int ROWS = 3;
  private static final int HEADS = 2;
  private static final int SIZE = 24;

  /** Weights as wide as x, and one for each head. */
  private static final String METHODS =
      """
        def rows(s: __torch__.Decoder, x: Tensor, weight: Tensor) -> List[Tensor]:
          return [torch.cpu(s.norm(torch.to(x, {DEVICE}, 6), torch.to(torch.reshape(weight, [-1]), {DEVICE}, 6)))]
        def heads(s: __torch__.Decoder, x: Tensor, weight: Tensor) -> List[Tensor]:
          split = torch.view(torch.to(x, {DEVICE}, 6), [-1, 2, 24])
          return [torch.cpu(s.norm(split, torch.view(torch.to(weight, {DEVICE}, 6), [-1, 24])))]
      """;

  @ParameterizedTest
  @ValueSource(strings = {DecoderProgram.RMS_NORM, DecoderProgram.RMS_NORM_IN_ONE})
  void itIsTheDefinition(String norm) {
    Random random = new Random(3);
    float[] x = gaussian(random, ROWS * HEADS * SIZE);
    float[] weight = gaussian(random, HEADS * SIZE);
    String source =
        (norm + METHODS)
            .replace("{EPSILON}", Double.toString(EPSILON))
            .replace("{DEVICE}", "torch.device(\"%s\")".formatted(TestingConfigs.OPTIONS.device()));
    try (TorchModule module = TorchModule.load(DecoderProgram.CLASS_NAME, Map.of(), source)) {
      assertClose(run(module, "rows", x, weight), x, weight, HEADS * SIZE);
      assertClose(run(module, "heads", x, weight), x, weight, SIZE);
    }
  }

  private static float[] run(TorchModule module, String method, float[] x, float[] weight) {
    try (NDManager scope = module.newScope()) {
      return module
          .runForTensors(
              scope,
              method,
              scope.create(x, new Shape(ROWS, HEADS * SIZE)),
              scope.create(weight, new Shape(1, HEADS * SIZE)))
          .singletonOrThrow()
          .toFloatArray();
    }
  }

  /** Every {@code size} elements are normed by themselves. */
  private static void assertClose(float[] actual, float[] x, float[] weight, int size) {
    assertThat(actual).hasSameSizeAs(x);
    for (int from = 0; from < x.length; from += size) {
      double squares = 0;
      for (int i = from; i < from + size; i++) {
        squares += (double) x[i] * x[i];
      }
      double scale = 1 / Math.sqrt(squares / size + EPSILON);
      for (int i = from; i < from + size; i++) {
        double expected = x[i] * scale * weight[i % weight.length];
        assertThat((double) actual[i]).isCloseTo(expected, within(1e-5));
      }
    }
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
