package dev.weir.kernels;

import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Activation;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.ModelConfig.Grid;
import dev.weir.text.ModelConfig.Rope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Architectures that the kernels know, small and of awkward sizes. */
final class TestingArchitectures {
  static final int VOCABULARY = 40;
  static final int CONTEXT = 160;

  private TestingArchitectures() {}

  static ModelConfig any(Random random) {
    return any(random, CONTEXT);
  }

  static ModelConfig any(Random random, int context) {
    int kvHeads = 1 + random.nextInt(3);
    int headSize = 16 * (1 + random.nextInt(random.nextInt(8) == 0 ? 16 : 4));
    int pairs = random.nextBoolean() ? headSize / 2 : 2 + random.nextInt(headSize / 2 - 1);
    double base = 100 + random.nextInt(10_000);
    List<Double> frequencies =
        IntStream.range(0, pairs).mapToObj(i -> Math.pow(base, -(double) i / pairs)).toList();
    List<Integer> windows = new ArrayList<>();
    for (int i = random.nextInt(2); i >= 0; i--) {
      windows.add(random.nextBoolean() ? 0 : 1 + random.nextInt(50));
    }
    return new ModelConfig(
        Family.LLAMA,
        VOCABULARY,
        8 + random.nextInt(70),
        1 + random.nextInt(90),
        windows.size(),
        kvHeads * (1 + random.nextInt(4)),
        kvHeads,
        headSize,
        context,
        1e-5,
        new Rope(frequencies, random.nextBoolean() ? 1 : 1.2, List.of(), context, null),
        windows,
        Activation.SILU,
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        null);
  }

  /**
   * The same architecture with other layers.
   *
   * @param windows a token of each layer sees so many, itself the last of them; 0: all before it
   */
  static ModelConfig withWindows(ModelConfig any, List<Integer> windows) {
    return new ModelConfig(
        any.family(),
        any.vocabulary(),
        any.hidden(),
        any.intermediate(),
        windows.size(),
        any.heads(),
        any.kvHeads(),
        any.headSize(),
        any.contextLength(),
        any.normEpsilon(),
        any.rope(),
        windows,
        any.activation(),
        any.tiedEmbeddings(),
        any.attentionBias(),
        any.attentionOutputBias(),
        any.mlpBias(),
        any.queryKeyNorm(),
        any.rotaryInterleaved(),
        null);
  }

  /** The same architecture for pictures, with an output layer of its own. */
  static ModelConfig withGrid(ModelConfig any, Grid grid) {
    return new ModelConfig(
        any.family(),
        any.vocabulary(),
        any.hidden(),
        any.intermediate(),
        any.layers(),
        any.heads(),
        any.kvHeads(),
        any.headSize(),
        grid.prefix() + grid.cells(),
        any.normEpsilon(),
        any.rope(),
        any.slidingWindows(),
        any.activation(),
        false,
        any.attentionBias(),
        any.attentionOutputBias(),
        any.mlpBias(),
        any.queryKeyNorm(),
        any.rotaryInterleaved(),
        grid);
  }

  /** What portraits of 16 x 16 pixels in 256 colours are drawn with, of fewer layers. */
  static ModelConfig portraits(int layers) {
    List<Double> frequencies =
        IntStream.range(0, 32).mapToObj(i -> Math.pow(10_000, -i / 32.0)).toList();
    Grid grid = new Grid(16, 17, 256 + 120);
    int context = grid.prefix() + grid.cells();
    return new ModelConfig(
        Family.LLAMA,
        256,
        128,
        384,
        layers,
        2,
        2,
        64,
        context,
        1e-5,
        new Rope(frequencies, 1, List.of(), context, null),
        Collections.nCopies(layers, 0),
        Activation.SILU,
        false,
        false,
        false,
        false,
        false,
        false,
        grid);
  }

  /** Tokens of a text without end, from a position on: [count]. */
  static int[] text(int start, int count) {
    return IntStream.range(start, start + count).map(i -> (31 * i + i / 7) % VOCABULARY).toArray();
  }

  /** Rows of 256 or 512, which every stored type has whole blocks for. */
  static ModelConfig whole(Random random, boolean tied, boolean biases) {
    int heads = 1 << (1 + random.nextInt(4));
    int headSize = 256 / heads;
    List<Double> frequencies =
        IntStream.range(0, headSize / 2).mapToObj(i -> Math.pow(100, -2.0 * i / headSize)).toList();
    List<Integer> windows = random.nextBoolean() ? List.of(0) : List.of(0, 9);
    return new ModelConfig(
        Family.LLAMA,
        VOCABULARY,
        256 * (1 + random.nextInt(2)),
        256 * (1 + random.nextInt(2)),
        windows.size(),
        heads,
        heads / (1 + random.nextInt(2)),
        headSize,
        CONTEXT,
        1e-5,
        new Rope(frequencies, 1, List.of(), CONTEXT, null),
        windows,
        Activation.SILU,
        tied,
        biases,
        biases,
        biases,
        false,
        random.nextBoolean(),
        null);
  }
}
