package dev.weir.train.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.train.LlamaBlocks;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class CaptionTransformerTest {
  private static final int VOCABULARY = 11;
  private static final int POSITIONS = 12;
  private static final CaptionTransformerConfig CONFIG =
      new CaptionTransformerConfig(VOCABULARY, new LlamaBlocks(32, 48, 2, 2, 16, POSITIONS));
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.98, 1e-8, 0.01, 1, 0.99);

  private static TrainableModule open() {
    return TrainableModule.open(new CaptionTransformer(CONFIG).program(), OPTIMIZER, false, 11);
  }

  private static Map<String, HostTensor> rows(int[]... rows) {
    int[] all = Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray();
    return Map.of(
        CaptionTransformer.TOKENS,
        new HostTensor.Integers(List.of(rows.length, POSITIONS + 1), all));
  }

  private static float[] values(TrainableModule module, String method, int[]... rows) {
    return module.call(method, rows(rows), Weights.LAST).getFirst().values();
  }

  /** Tokens without an end. */
  private static int[] random(long seed, int count) {
    return new SplittableRandom(seed).ints(count, 1, VOCABULARY).toArray();
  }

  /** Captions, each behind an end, and ends to the row's length. */
  private static int[] row(int[]... captions) {
    int[] row = new int[POSITIONS + 1];
    int n = 0;
    for (int[] caption : captions) {
      System.arraycopy(caption, 0, row, n + 1, caption.length);
      n += caption.length + 1;
    }
    return row;
  }

  @Test
  void aTokenIsPredictedFromThoseBeforeItAlone() {
    try (TrainableModule module = open()) {
      int[] row = row(random(1, POSITIONS));
      float[] logits = values(module, "logits", row);
      for (int changed = 1; changed <= POSITIONS; changed++) {
        int[] other = row.clone();
        other[changed] = 1 + other[changed] % (VOCABULARY - 1);
        float[] found = values(module, "logits", other);
        for (int position = 0; position < POSITIONS; position++) {
          boolean same =
              Arrays.equals(
                  logits,
                  position * VOCABULARY,
                  (position + 1) * VOCABULARY,
                  found,
                  position * VOCABULARY,
                  (position + 1) * VOCABULARY);
          assertThat(same).as("%d behind %d", changed, position).isEqualTo(position < changed);
        }
      }
    }
  }

  @Test
  void aCaptionHasTheProbabilityThatItHasAlone() {
    int[] first = random(2, 4);
    int[] second = random(3, 5);
    try (TrainableModule module = open()) {
      float[] together = values(module, "log_probabilities", row(first, second));
      float[] alone = values(module, "log_probabilities", row(second));
      float[] behindAnother = values(module, "log_probabilities", row(random(4, 4), second));
      for (int i = 0; i <= second.length; i++) { // the end that comes behind it too
        assertThat(together[first.length + 1 + i]).isEqualTo(alone[i], within(1e-5f));
        assertThat(behindAnother[first.length + 1 + i]).isEqualTo(alone[i], within(1e-5f));
      }
    }
  }

  @Test
  void theLossIsTheMeanOfLogProbabilitiesOfDistributions() {
    int[] first = row(random(5, 3), random(6, 7));
    int[] second = row(random(7, POSITIONS));
    try (TrainableModule module = open()) {
      float[] found = values(module, "log_probabilities", first, second);
      float[] logits = values(module, "logits", first, second);
      double sum = 0;
      for (int i = 0; i < found.length; i++) {
        sum += found[i];
        int[] row = i < POSITIONS ? first : second;
        double total = 0;
        for (int token = 0; token < VOCABULARY; token++) {
          total += Math.exp(logits[i * VOCABULARY + token]);
        }
        double expected = logits[i * VOCABULARY + row[i % POSITIONS + 1]] - Math.log(total);
        assertThat((double) found[i]).isEqualTo(expected, within(1e-5));
      }
      assertThat(module.evaluate(rows(first, second), Weights.LAST).get("loss"))
          .isEqualTo(-sum / found.length, within(1e-6));
    }
  }

  @Test
  void aBatchIsLearnedByHeart() {
    try (TrainableModule module = open()) {
      // Different first tokens: what follows an end is as likely one as the other.
      int[] first = row(random(8, 2), random(9, 6));
      Map<String, HostTensor> inputs = rows(first);
      double before = module.step(inputs, 1e-2).loss();
      for (int step = 0; step < 150; step++) {
        assertThat(module.step(inputs, 1e-2).finite()).isTrue();
      }
      assertThat(before).isCloseTo(Math.log(VOCABULARY), within(0.3));
      // Only the first tokens of two captions and the ends of the row cannot be known.
      assertThat(module.evaluate(inputs, Weights.LAST).get("loss")).isLessThan(0.5 * before);
      assertThat(module.liveTensors()).isZero();
    }
  }

  @Test
  void theCaptionsNetworkIsSmall() {
    assertThat(new CaptionTransformer(CaptionTransformerConfig.portraits()).program().size())
        .isBetween(300_000, 2_000_000);
  }
}
