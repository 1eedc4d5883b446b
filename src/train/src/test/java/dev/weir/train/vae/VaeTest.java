package dev.weir.train.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.torch.train.TrainingState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class VaeTest {
  private static final VaeConfig CONFIG =
      new VaeConfig(List.of(2, 3), 4, 5, 3, List.of(4, 5, 6), 7, 2, 10);
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.99, 1e-8, 0, 10, 0.99);
  private static final int BATCH = 3;

  private final Vae vae = new Vae(CONFIG, 17);
  private final TrainableModule module = TrainableModule.open(vae.program(), OPTIMIZER, false, 21);

  @AfterEach
  void close() {
    module.close();
  }

  @Test
  void theDivergenceIsTheClosedFormOfPosteriorAndPrior() {
    Map<String, HostTensor> inputs = vae.inputs(batch(), 3);
    Map<String, Double> parts = module.evaluate(inputs, Weights.LAST);
    List<HostTensor.Floats> posterior = module.call("posterior", without(inputs), Weights.LAST);
    List<HostTensor.Floats> prior =
        module.call("prior", Map.of(Vae.CONDITION, integers(batch(), Vae.CONDITION)), Weights.LAST);
    double expected = 0;
    for (int i = 0; i < BATCH * CONFIG.latent(); i++) {
      double mean = posterior.get(0).values()[i] - prior.get(0).values()[i];
      double variance = Math.exp(posterior.get(1).values()[i]);
      double priorVariance = Math.exp(prior.get(1).values()[i]);
      // KL of two normal distributions: ln(s2 / s1) + (s1^2 + d^2) / (2 s2^2) - 1 / 2.
      expected +=
          Math.log(Math.sqrt(priorVariance) / Math.sqrt(variance))
              + (variance + mean * mean) / (2 * priorVariance)
              - 0.5;
    }
    assertThat(parts.get("divergence")).isEqualTo(expected / BATCH, within(1e-6)).isPositive();
  }

  @Test
  void theLossIsReconstructionAndWeightedDivergenceAPixel() {
    for (long step : new long[] {0, 4, 9, 50}) {
      Map<String, Double> parts = module.evaluate(vae.inputs(batch(), step), Weights.LAST);
      double weight = Math.min(1, (step + 1) / 10.0);
      double expected =
          (part(parts, "reconstruction") + weight * part(parts, "divergence")) / CONFIG.pixels();
      assertThat(parts.get("loss")).isEqualTo(expected, within(1e-6));
    }
  }

  @Test
  void theReconstructionIsTheLikelihoodOfTheSampleThatTheNoiseDraws() {
    Map<String, HostTensor> inputs = vae.inputs(batch(), 2);
    List<HostTensor.Floats> posterior = module.call("posterior", without(inputs), Weights.LAST);
    float[] noise = vae.noise(BATCH, 2).values();
    float[] z = new float[noise.length];
    for (int i = 0; i < z.length; i++) {
      z[i] =
          (float)
              (posterior.get(0).values()[i]
                  + Math.exp(0.5 * posterior.get(1).values()[i]) * noise[i]);
    }
    float[] logits =
        module
            .call(
                "decode",
                Map.of(
                    Vae.CONDITION,
                    integers(batch(), Vae.CONDITION),
                    "z",
                    new HostTensor.Floats(List.of(BATCH, CONFIG.latent()), z)),
                Weights.LAST)
            .getFirst()
            .values();
    int[] pixels = integers(batch(), Vae.PIXELS).values();
    double expected = 0;
    for (int i = 0; i < pixels.length; i++) {
      double total = 0;
      for (int c = 0; c < CONFIG.colours(); c++) {
        total += Math.exp(logits[i * CONFIG.colours() + c]);
      }
      expected -= logits[i * CONFIG.colours() + pixels[i]] - Math.log(total);
    }
    assertThat(module.evaluate(inputs, Weights.LAST).get("reconstruction"))
        .isEqualTo(expected / BATCH, within(1e-5));
  }

  /**
   * Along the gradient the loss rises by its length, parameter by parameter, and along any other
   * direction by the projection. Steps of 1e-2 are where the error of float32 losses (1e-7 / 1e-2)
   * and of the second differences (1e-4) meet.
   */
  @Test
  void gradientsEqualFiniteDifferences() {
    Map<String, HostTensor> inputs = vae.inputs(batch(), 9);
    train(inputs); // a point where no gradient is small by chance
    Map<String, HostTensor.Floats> gradient = module.gradient(inputs);
    TrainingState state = module.state();
    for (Map.Entry<String, HostTensor.Floats> entry : gradient.entrySet()) {
      double norm = norm(entry.getValue().values());
      assertThat(norm).as(entry.getKey()).isPositive();
      Map<String, HostTensor.Floats> direction = Map.of(entry.getKey(), entry.getValue());
      assertThat(slope(state, direction, inputs, norm))
          .as(entry.getKey())
          .isEqualTo(norm, within(0.01 * norm + 3e-5));
    }
    Random random = new Random(4);
    for (int trial = 0; trial < 20; trial++) {
      Map<String, HostTensor.Floats> direction = new LinkedHashMap<>();
      double length = 0;
      double projection = 0;
      for (Map.Entry<String, HostTensor.Floats> entry : gradient.entrySet()) {
        float[] values = new float[entry.getValue().values().length];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextGaussian();
          projection += values[i] * entry.getValue().values()[i];
        }
        length += norm(values) * norm(values);
        direction.put(entry.getKey(), new HostTensor.Floats(entry.getValue().shape(), values));
      }
      length = Math.sqrt(length);
      assertThat(slope(state, direction, inputs, length))
          .isEqualTo(projection / length, within(2e-4));
    }
  }

  @Test
  void noiseIsAFunctionOfTheStep() {
    assertThat(vae.noise(4, 7).values()).isEqualTo(vae.noise(4, 7).values());
    assertThat(vae.noise(4, 7).values()).doesNotContain(vae.noise(4, 8).values());
    float[] many = vae.noise(20_000, 1).values();
    double mean = 0;
    double square = 0;
    for (float value : many) {
      mean += value / many.length;
      square += (double) value * value / many.length;
    }
    assertThat(mean).isEqualTo(0, within(0.02)); // four deviations of the mean of 40,000
    assertThat(square).isEqualTo(1, within(0.03));
  }

  @Test
  void thePortraitsNetworkHasTwoToThreeMillionParameters() {
    List<Integer> attributes = List.of(8, 5, 45, 8, 23, 12, 12, 3, 23, 3, 14, 3, 10, 7, 8, 4, 3);
    assertThat(new Vae(VaeConfig.portraits(attributes), 1).program().size())
        .isBetween(2_000_000, 3_000_000);
  }

  @Test
  void frozenItGivesTheSameAndTakesNoStep() {
    Map<String, HostTensor> inputs = vae.inputs(batch(), 3);
    for (int i = 0; i < 3; i++) {
      module.step(inputs, 0.01); // the average is another one than the last weights
    }
    List<HostTensor.Floats> before = module.call("posterior", without(inputs), Weights.AVERAGED);
    module.freeze();
    module.freeze();
    List<HostTensor.Floats> after = module.call("posterior", without(inputs), Weights.AVERAGED);
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i).values()).containsExactly(before.get(i).values(), within(1e-6f));
    }
    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            () -> module.step(inputs, 0.01),
            () -> module.gradient(inputs),
            module::state,
            () -> module.evaluate(inputs, Weights.LAST),
            () -> module.call("posterior", without(inputs), Weights.LAST))) {
      assertThatIllegalStateException().isThrownBy(use).withMessageContaining("vae is frozen");
    }
  }

  private void train(Map<String, HostTensor> inputs) {
    double first = part(module.evaluate(inputs, Weights.LAST), "loss");
    for (int step = 0; step < 30; step++) {
      module.step(inputs, 5e-3);
    }
    assertThat(module.evaluate(inputs, Weights.LAST).get("loss")).isLessThan(first);
  }

  private double slope(
      TrainingState state,
      Map<String, HostTensor.Floats> direction,
      Map<String, HostTensor> inputs,
      double length) {
    double step = 1e-2;
    double ahead = lossAt(state, direction, step / length, inputs);
    double behind = lossAt(state, direction, -step / length, inputs);
    return (ahead - behind) / (2 * step);
  }

  private double lossAt(
      TrainingState state,
      Map<String, HostTensor.Floats> direction,
      double scale,
      Map<String, HostTensor> inputs) {
    Map<String, HostTensor.Floats> tensors = new LinkedHashMap<>(state.tensors());
    direction.forEach((name, along) -> {
      float[] values =
          Objects.requireNonNull(state.tensors().get("weights." + name)).values().clone();
      for (int i = 0; i < values.length; i++) {
        values[i] += (float) (scale * along.values()[i]);
      }
      tensors.put("weights." + name, new HostTensor.Floats(along.shape(), values));
    });
    module.load(new TrainingState(state.steps(), tensors));
    return part(module.evaluate(inputs, Weights.LAST), "loss");
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  private static double part(Map<String, Double> parts, String name) {
    return Objects.requireNonNull(parts.get(name));
  }

  private static HostTensor.Integers integers(Map<String, HostTensor.Integers> batch, String name) {
    return Objects.requireNonNull(batch.get(name));
  }

  private static Map<String, HostTensor> without(Map<String, HostTensor> inputs) {
    Map<String, HostTensor> kept = new LinkedHashMap<>(inputs);
    kept.keySet().retainAll(List.of(Vae.CONDITION, Vae.PIXELS));
    return kept;
  }

  private static Map<String, HostTensor.Integers> batch() {
    Random random = new Random(8);
    int[] condition = {0, 3, 2, 1, 1, 0};
    int[] pixels = random.ints(BATCH * CONFIG.pixels(), 0, CONFIG.colours()).toArray();
    return Map.of(
        Vae.CONDITION, new HostTensor.Integers(List.of(BATCH, 2), condition),
        Vae.PIXELS, new HostTensor.Integers(List.of(BATCH, CONFIG.pixels()), pixels));
  }
}
