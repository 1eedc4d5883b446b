package dev.weir.train.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.torch.train.TrainingState;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LatentReportTest {
  private static final VaeConfig CONFIG =
      new VaeConfig(List.of(2, 3), 4, 5, 3, List.of(4, 5, 6), 7, 6, 10);
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.99, 1e-8, 0, 10, 0.99);
  private static final int BATCH = 16;
  private static final int BATCHES = 4;

  private final Vae vae = new Vae(CONFIG, 17);
  private final TrainableModule module = TrainableModule.open(vae.program(), OPTIMIZER, false, 21);

  @AfterEach
  void close() {
    module.close();
  }

  /** Random pictures, the caption of each saying everything or nothing. */
  private static Map<String, HostTensor.Integers> batch(long step, boolean said) {
    SplittableRandom random = new SplittableRandom(step);
    int[] pixels = random.ints(BATCH * 16, 0, 5).toArray();
    int[] condition = new int[BATCH * 2];
    for (int i = 0; i < condition.length; i++) {
      condition[i] = said ? random.nextInt(2) : CONFIG.attributeValues().get(i % 2);
    }
    return Map.of(
        Vae.PIXELS, new HostTensor.Integers(List.of(BATCH, 16), pixels),
        Vae.CONDITION, new HostTensor.Integers(List.of(BATCH, 2), condition));
  }

  private LatentReport report() {
    return LatentReport.of(CONFIG, module, step -> batch(step, true), BATCHES);
  }

  /** Makes the posterior of some coordinates depend on the picture strongly, and of others not. */
  private void encode(int first, int last, float scale) {
    Map<String, HostTensor.Floats> weights = new LinkedHashMap<>(module.state().averaged());
    HostTensor.Floats output = Objects.requireNonNull(weights.get("encoder.output.weight"));
    float[] values = output.values().clone();
    int hidden = CONFIG.hidden();
    for (int i = first * hidden; i < last * hidden; i++) {
      values[i] *= scale;
    }
    weights.put("encoder.output.weight", new HostTensor.Floats(output.shape(), values));
    HostTensor.Floats bias = Objects.requireNonNull(weights.get("encoder.output.bias"));
    float[] means = new float[bias.values().length];
    Arrays.fill(means, 0, CONFIG.latent(), 1); // the same for every picture: it tells nothing
    weights.put("encoder.output.bias", new HostTensor.Floats(bias.shape(), means));
    module.load(TrainingState.ofWeights(weights));
  }

  @Test
  void theDivergencesAddUpToThatOfTheLossWithCaptionsThatSayNothing() {
    encode(0, 6, 100);
    double expected = 0;
    for (int i = 0; i < BATCHES; i++) {
      expected +=
          Objects.requireNonNull(
                  module
                      .evaluate(vae.inputs(batch(i, false), 0), Weights.AVERAGED)
                      .get("divergence"))
              / BATCHES;
    }
    LatentReport report = report();
    assertThat(report.divergence()).isEqualTo(expected, within(1e-4)).isGreaterThan(0.05);
    assertThat(report.divergences()).hasSize(6).allMatch(nats -> nats > 0);
  }

  @Test
  void unitsThatDoNotDependOnThePictureAreNotActive() {
    encode(0, 6, 0); // the means of all; the variances are behind them
    assertThat(report().activeUnits()).isZero();
  }

  @Test
  void unitsThatDependOnThePictureAreActive() {
    encode(0, 4, 0);
    encode(4, 6, 100);
    assertThat(report().activeUnits()).isEqualTo(2);
  }
}
