package dev.weir.torch;

import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Activation;
import dev.weir.text.ModelConfig.DynamicNtk;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.ModelConfig.Rope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Architectures small enough for a loop in plain Java. */
public final class TestingConfigs {
  public static final int VOCABULARY = 40;
  public static final int CONTEXT = 96;

  /**
   * One thread: small products gain nothing from two, and lose much when a core is busy. The system
   * property {@code weir.torch.device} has the tests run on a GPU.
   */
  public static final TorchOptions OPTIONS =
      TorchOptions.defaults()
          .withPrecision(Precision.F32)
          .withThreads(1)
          .withDevice(System.getProperty("weir.torch.device", "cpu"));

  private TestingConfigs() {}

  static boolean onGpu() {
    return !OPTIONS.device().equals("cpu");
  }

  /** A block table for 128 tokens that no other slot has. */
  public static int[] blocks(int slot) {
    return IntStream.range(8 * slot, 8 * slot + 8).toArray();
  }

  /** Two layers of four heads of 8 over two of keys and values. */
  public static ModelConfig small() {
    Rope rope = new Rope(frequencies(4, 10_000), 1, List.of(), CONTEXT, null);
    return config(32, 48, 4, 2, 8, rope, Collections.nCopies(2, 0), Activation.SILU, new Random(4));
  }

  /** One layer of 4.7 million weights. */
  public static ModelConfig wide() {
    Rope rope = new Rope(frequencies(32, 10_000), 1, List.of(), CONTEXT, null);
    List<Integer> windows = List.of(0);
    return config(1024, 4096, 8, 8, 64, rope, windows, Activation.SILU, new Random(4));
  }

  /** Any architecture that the program knows; {@code rope} alone is given. */
  public static ModelConfig any(Random random, boolean ropeDependsOnLength) {
    int kvHeads = 1 + random.nextInt(3);
    int headSize = 2 * (2 + random.nextInt(5));
    List<Integer> windows = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      windows.add(random.nextBoolean() ? 0 : 1 + random.nextInt(50));
    }
    return config(
        8 * (1 + random.nextInt(4)),
        16 * (1 + random.nextInt(3)),
        kvHeads * (1 + random.nextInt(4)),
        kvHeads,
        headSize,
        rope(random, headSize, ropeDependsOnLength),
        windows,
        Activation.values()[random.nextInt(Activation.values().length)],
        random);
  }

  private static ModelConfig config(
      int hidden,
      int intermediate,
      int heads,
      int kvHeads,
      int headSize,
      Rope rope,
      List<Integer> windows,
      Activation activation,
      Random flags) {
    return new ModelConfig(
        Family.LLAMA,
        VOCABULARY,
        hidden,
        intermediate,
        windows.size(),
        heads,
        kvHeads,
        headSize,
        CONTEXT,
        1e-5,
        rope,
        windows,
        activation,
        flags.nextBoolean(),
        flags.nextBoolean(),
        flags.nextBoolean(),
        flags.nextBoolean(),
        flags.nextBoolean(),
        flags.nextBoolean(),
        null);
  }

  private static Rope rope(Random random, int headSize, boolean dependsOnLength) {
    int pairs = random.nextBoolean() ? headSize / 2 : 2 + random.nextInt(headSize / 2 - 1);
    double base = 100 + random.nextInt(10_000);
    List<Double> frequencies = frequencies(pairs, base);
    double factor = random.nextBoolean() ? 1 : 1.2;
    if (!dependsOnLength) {
      return new Rope(frequencies, factor, List.of(), CONTEXT, null);
    }
    // Some sequences are longer than the original context, some are not.
    int original = random.nextBoolean() ? 20 : 64;
    return random.nextBoolean()
        ? new Rope(frequencies, factor, frequencies(pairs, 7 * base), original, null)
        : new Rope(frequencies, factor, List.of(), original, new DynamicNtk(base, 2));
  }

  private static List<Double> frequencies(int pairs, double base) {
    return IntStream.range(0, pairs).mapToObj(i -> Math.pow(base, -(double) i / pairs)).toList();
  }
}
