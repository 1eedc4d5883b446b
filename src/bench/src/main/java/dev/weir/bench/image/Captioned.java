package dev.weir.bench.image;

import dev.weir.image.portrait.Captions;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitWords;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits;
import dev.weir.train.portrait.TrainingPortraits.Example;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Real portraits with captions that say everything, half or nothing of them. */
final class Captioned {
  /** Not that of training runs, whose learning rates were chosen by what they held out. */
  private static final long SEED = 20261127;

  private Captioned() {}

  /** How much is said. */
  enum Caption {
    FULL(1),
    /** Each attribute in half of the captions. */
    PARTIAL(0.5),
    EMPTY(0);

    private final double probability;

    Caption(double probability) {
      this.probability = probability;
    }
  }

  /** Portraits of a use: always the same, and the first of more are those of fewer. */
  static List<Example> portraits(PortraitDesign design, Use use, int count, Caption caption) {
    TrainingPortraits portraits = new TrainingPortraits(design, use, SEED, 1);
    Captions captions = new Captions(PortraitWords.builtIn());
    return IntStream.range(0, count)
        .mapToObj(number -> {
          Example example = portraits.example(number);
          boolean[] mask = mask(number, design.attributes().size(), caption.probability);
          int[] said = captions.sayable(example.portrait(), mask);
          return new Example(example.portrait(), example.picture(), said);
        })
        .toList();
  }

  private static boolean[] mask(long number, int attributes, double probability) {
    SplittableRandom random = new SplittableRandom(new SplittableRandom(SEED + number).nextLong());
    boolean[] mask = new boolean[attributes];
    for (int i = 0; i < attributes; i++) {
      mask[i] = random.nextDouble() < probability;
    }
    return mask;
  }

  static List<byte[]> pictures(List<Example> examples) {
    return examples.stream().map(Example::picture).toList();
  }

  static List<int[]> conditions(PortraitDesign design, List<Example> examples) {
    return examples.stream()
        .map(example -> TrainingPortraits.condition(design, example.said()))
        .toList();
  }

  /** One for each of several pictures, others for another {@code kind}. */
  static long[] seeds(int kind, int count) {
    long[] seeds = new long[count];
    Arrays.setAll(seeds, i -> kind * 1_000_003L + i);
    return seeds;
  }
}
