package dev.weir.train;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.train.TrainingOptions.Length;
import dev.weir.train.pixel.PixelTransformer;
import dev.weir.train.pixel.PixelTransformerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A small run: pictures of one random colour each, with some pixels of another. */
final class TestingObjective {
  private static final PixelTransformerConfig CONFIG =
      new PixelTransformerConfig(List.of(4), 4, 6, 16, 24, 1, 2, 8);
  static final AdamW OPTIMIZER = new AdamW(0.9, 0.98, 1e-8, 0.01, 1, 0.99);
  private static final int BATCH = 4;
  private static final int PIXELS = 16;

  /** Batches that no run of these tests is long enough to see. */
  static final HeldOut HELD_OUT = new HeldOut(step -> batch(step + 1_000_000), 2);

  private TestingObjective() {}

  static Objective objective() {
    return new PixelTransformer(CONFIG);
  }

  static TrainingOptions options(Length length, double peakRate) {
    return new TrainingOptions(OPTIMIZER, peakRate, 4, length, 5, false, 10);
  }

  static Map<String, HostTensor.Integers> batch(long step) {
    SplittableRandom random = new SplittableRandom(step);
    int[] condition = new int[BATCH];
    int[] pixels = new int[BATCH * PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      condition[i / PIXELS] = i % PIXELS == 0 ? random.nextInt(4) : condition[i / PIXELS];
      pixels[i] = random.nextInt(8) == 0 ? 5 : condition[i / PIXELS];
    }
    return Map.of(
        PixelTransformer.CONDITION, new HostTensor.Integers(List.of(BATCH, 1), condition),
        PixelTransformer.PIXELS, new HostTensor.Integers(List.of(BATCH, PIXELS), pixels));
  }

  /** Trains in a folder for long, and prints a line for each step; to be killed. */
  public static void main(String[] arguments) throws Exception {
    new Trainer(
            objective(),
            options(new Length.Steps(Long.parseLong(arguments[1])), 5e-3),
            TestingObjective::batch,
            HELD_OUT,
            Path.of(arguments[0]),
            progress -> {
              System.out.println("step " + progress.steps());
              pause(Duration.ofMillis(50));
            })
        .run();
  }

  /** Makes a step long enough for a signal to come between two. */
  private static void pause(Duration duration) {
    java.util.concurrent.locks.LockSupport.parkNanos(duration.toNanos());
  }
}
