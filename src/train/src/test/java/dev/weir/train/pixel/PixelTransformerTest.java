package dev.weir.train.pixel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PixelTransformerTest {
  private static final PixelTransformerConfig CONFIG =
      new PixelTransformerConfig(List.of(2, 3), 6, 7, 16, 24, 2, 2, 8);
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.98, 1e-8, 0.01, 1, 0.99);
  private static final int BATCH = 2;
  private static final int PIXELS = 36;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noPixelSeesItselfOrLaterOnes(boolean bfloat16) {
    try (TrainableModule module = open(bfloat16)) {
      Map<String, HostTensor.Integers> batch = batch(1);
      for (int target = 0; target < PIXELS; target++) {
        float[] reach =
            module
                .call(
                    "reach",
                    Map.of(
                        PixelTransformer.CONDITION,
                        condition(batch),
                        PixelTransformer.PIXELS,
                        pixels(batch),
                        "target",
                        new HostTensor.Integers(List.of(), new int[] {target})),
                    Weights.LAST)
                .getFirst()
                .values();
        for (int from = 0; from < PIXELS; from++) {
          if (from >= target) {
            assertThat(reach[from]).as("pixel %d of %d", target, from).isZero();
          } else {
            assertThat(reach[from]).as("pixel %d of %d", target, from).isPositive();
          }
        }
      }
    }
  }

  @Test
  void theLossIsTheMeanOfLogProbabilitiesOfDistributionsOverAllColours() {
    try (TrainableModule module = open(false)) {
      Map<String, HostTensor.Integers> batch = batch(2);
      Map<String, HostTensor> inputs = Map.copyOf(batch);
      float[] found = values(module, "log_probabilities", inputs);
      double sum = 0;
      for (float value : found) {
        sum += value;
      }
      assertThat(module.evaluate(inputs, Weights.LAST).get("loss"))
          .isEqualTo(-sum / found.length, within(1e-6));
      float[] logits = values(module, "logits", inputs);
      int[] colours = pixels(batch).values();
      for (int i = 0; i < found.length; i++) {
        double total = 0;
        for (int c = 0; c < CONFIG.colours(); c++) {
          total += Math.exp(logits[i * CONFIG.colours() + c]);
        }
        assertThat((double) found[i])
            .isEqualTo(logits[i * CONFIG.colours() + colours[i]] - Math.log(total), within(1e-5));
      }
    }
  }

  @Test
  void theLikelihoodOfAPictureIsWhatPixelByPixelGivesOne() {
    try (TrainableModule module = open(false)) {
      Map<String, HostTensor.Integers> batch = batch(3);
      float[] whole = values(module, "log_probabilities", Map.copyOf(batch));
      int[] pixels = pixels(batch).values();
      for (int pixel = 0; pixel < PIXELS; pixel++) {
        int[] known = new int[pixels.length]; // pixels that are not there yet are 0
        for (int i = 0; i < pixels.length; i++) {
          known[i] = i % PIXELS <= pixel ? pixels[i] : 0;
        }
        float[] part =
            values(
                module,
                "log_probabilities",
                Map.of(
                    PixelTransformer.CONDITION,
                    condition(batch),
                    PixelTransformer.PIXELS,
                    new HostTensor.Integers(List.of(BATCH, PIXELS), known)));
        for (int b = 0; b < BATCH; b++) {
          assertThat(part[b * PIXELS + pixel]).isEqualTo(whole[b * PIXELS + pixel], within(1e-6f));
        }
      }
    }
  }

  @Test
  void aCaptionThatSaysSomethingElseChangesTheProbabilities() {
    try (TrainableModule module = open(false)) {
      Map<String, HostTensor.Integers> batch = batch(4);
      float[] found = values(module, "log_probabilities", Map.copyOf(batch));
      int[] other = condition(batch).values().clone();
      other[0] = 2 - other[0]; // 2 is unsaid
      other[0] = other[0] == condition(batch).values()[0] ? 0 : other[0];
      float[] changed =
          values(
              module,
              "log_probabilities",
              Map.of(
                  PixelTransformer.CONDITION,
                  new HostTensor.Integers(List.of(BATCH, 2), other),
                  PixelTransformer.PIXELS,
                  pixels(batch)));
      assertThat(changed[0]).isNotEqualTo(found[0]);
      assertThat(changed[PIXELS]).isEqualTo(found[PIXELS]); // the other picture of the batch
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBatchIsLearnedByHeart(boolean bfloat16) {
    try (TrainableModule module = open(bfloat16)) {
      Map<String, HostTensor> inputs = Map.copyOf(batch(5));
      double first = module.step(inputs, 1e-2).loss();
      for (int step = 0; step < 150; step++) {
        assertThat(module.step(inputs, 1e-2).finite()).isTrue();
      }
      assertThat(first).isGreaterThan(0.9 * Math.log(CONFIG.colours()));
      assertThat(module.evaluate(inputs, Weights.LAST).get("loss")).isLessThan(0.1 * first);
      assertThat(module.liveTensors()).isZero();
    }
  }

  @Test
  void thePortraitsNetworkHasAMillionParameters() {
    List<Integer> attributes = List.of(8, 5, 45, 8, 23, 12, 12, 3, 23, 3, 14, 3, 10, 7, 8, 4, 3);
    assertThat(new PixelTransformer(PixelTransformerConfig.portraits(attributes)).program().size())
        .isBetween(900_000, 1_000_000);
  }

  private static TrainableModule open(boolean bfloat16) {
    return TrainableModule.open(new PixelTransformer(CONFIG).program(), OPTIMIZER, bfloat16, 11);
  }

  private static float[] values(
      TrainableModule module, String method, Map<String, HostTensor> inputs) {
    return module.call(method, inputs, Weights.LAST).getFirst().values();
  }

  private static HostTensor.Integers condition(Map<String, HostTensor.Integers> batch) {
    return java.util.Objects.requireNonNull(batch.get(PixelTransformer.CONDITION));
  }

  private static HostTensor.Integers pixels(Map<String, HostTensor.Integers> batch) {
    return java.util.Objects.requireNonNull(batch.get(PixelTransformer.PIXELS));
  }

  private static Map<String, HostTensor.Integers> batch(long seed) {
    Random random = new Random(seed);
    int[] condition = new int[BATCH * 2];
    for (int i = 0; i < condition.length; i++) {
      condition[i] = random.nextInt(CONFIG.attributeValues().get(i % 2) + 1);
    }
    int[] pixels = random.ints(BATCH * PIXELS, 0, CONFIG.colours()).toArray();
    return Map.of(
        PixelTransformer.CONDITION, new HostTensor.Integers(List.of(BATCH, 2), condition),
        PixelTransformer.PIXELS, new HostTensor.Integers(List.of(BATCH, PIXELS), pixels));
  }
}
