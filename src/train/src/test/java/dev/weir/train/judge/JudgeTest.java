package dev.weir.train.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Pictures of two halves, each of a colour that is an attribute, and a third one in a corner. */
final class JudgeTest {
  private static final int SIDE = 8;
  private static final int BATCH = 32;
  private static final JudgeConfig CONFIG =
      new JudgeConfig(List.of(5, 3, 2), SIDE, 6, 8, List.of(8, 12, 16), 32);
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.99, 1e-8, 0.01, 1, 0.9);

  private final Judge judge = new Judge(CONFIG);

  private static Map<String, HostTensor.Integers> batch(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] pixels = new int[BATCH * SIDE * SIDE];
    int[] attributes = new int[BATCH * 3];
    for (int b = 0; b < BATCH; b++) {
      int upper = random.nextInt(5);
      int lower = random.nextInt(3);
      int corner = random.nextInt(2);
      for (int i = 0; i < SIDE * SIDE; i++) {
        pixels[b * SIDE * SIDE + i] = i < SIDE * SIDE / 2 ? upper : lower;
      }
      pixels[(b + 1) * SIDE * SIDE - 1] = corner == 1 ? 5 : lower;
      System.arraycopy(new int[] {upper, lower, corner}, 0, attributes, 3 * b, 3);
    }
    return Map.of(
        Judge.PIXELS,
        new HostTensor.Integers(List.of(BATCH, SIDE * SIDE), pixels),
        Judge.ATTRIBUTES,
        new HostTensor.Integers(List.of(BATCH, 3), attributes),
        "condition", // what a caption says does not concern it
        new HostTensor.Integers(List.of(1), new int[1]));
  }

  private static double part(Map<String, Double> parts, String name) {
    return Objects.requireNonNull(parts.get(name));
  }

  @Test
  void itLearnsToReadEveryAttributeOfPicturesThatItHasNotSeen() {
    try (TrainableModule module = TrainableModule.open(judge.program(), OPTIMIZER, false, 1)) {
      Map<String, HostTensor> unseen = judge.inputs(batch(-1), 0);
      double before = part(module.evaluate(unseen, Weights.AVERAGED), "loss");
      assertThat(before).isEqualTo((Math.log(5) + Math.log(3) + Math.log(2)) / 3, within(0.15));
      for (int step = 0; step < 600; step++) {
        assertThat(module.step(judge.inputs(batch(step), step), 5e-3).finite()).isTrue();
      }
      Map<String, Double> after = module.evaluate(unseen, Weights.AVERAGED);
      assertThat(part(after, "accuracy")).isEqualTo(1);
      assertThat(part(after, "loss")).isLessThan(0.05);

      int[][] read = judge.recognise(module, Objects.requireNonNull(batch(-1).get(Judge.PIXELS)));
      int[] truth = Objects.requireNonNull(batch(-1).get(Judge.ATTRIBUTES)).values();
      assertThat(read).hasNumberOfRows(BATCH);
      for (int i = 0; i < truth.length; i++) {
        assertThat(read[i / 3][i % 3]).isEqualTo(truth[i]);
      }
    }
  }

  @Test
  void lossAndAccuracyAreTheMeansOverAttributes() {
    try (TrainableModule module = TrainableModule.open(judge.program(), OPTIMIZER, false, 2)) {
      int[] truth = Objects.requireNonNull(batch(4).get(Judge.ATTRIBUTES)).values();
      int[][] read = judge.recognise(module, Objects.requireNonNull(batch(4).get(Judge.PIXELS)));
      int right = 0;
      for (int i = 0; i < truth.length; i++) {
        right += read[i / 3][i % 3] == truth[i] ? 1 : 0;
      }
      assertThat(right).isStrictlyBetween(0, truth.length);
      assertThat(part(module.evaluate(judge.inputs(batch(4), 0), Weights.AVERAGED), "accuracy"))
          .isEqualTo((double) right / truth.length, within(1e-6));
    }
  }
}
