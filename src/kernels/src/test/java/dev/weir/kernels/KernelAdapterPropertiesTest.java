package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.text.ModelConfig;
import dev.weir.text.lora.LoraAdapter;
import dev.weir.text.lora.Projection;
import dev.weir.text.lora.TestingAdapter;
import dev.weir.torch.PlainDecoder;
import dev.weir.torch.TestingTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** Random adapters of random architectures: right, the same bits everywhere, nobody else's. */
class KernelAdapterPropertiesTest {
  private static final int LENGTH = 70;
  private static final int SLOTS = 4;
  private static final int BLOCKS_OF_ONE = 5;

  private Path folder = Path.of("");

  @BeforeProperty
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("weir-adapters-");
  }

  @AfterProperty
  void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** A model, its adapters and a sequence of tokens for each: 0 for the model as it is. */
  private final class Case implements AutoCloseable {
    final Random random;
    final ModelConfig config;
    final TestingTensors tensors;
    final List<LoraAdapter> adapters = new ArrayList<>();
    final List<int[]> tokens = new ArrayList<>();

    Case(long seed) throws IOException {
      random = new Random(seed);
      config = TestingArchitectures.any(random);
      tensors = TestingTensors.random(config, seed);
      for (int i = 0; i < 2; i++) {
        List<Projection> some =
            Stream.of(Projection.values()).filter(p -> random.nextInt(3) > 0).toList();
        List<Projection> projections = some.isEmpty() ? List.of(Projection.DOWN) : some;
        int rank = 1 + random.nextInt(random.nextBoolean() ? 8 : 40);
        TestingAdapter written = TestingAdapter.random(config, seed + i, rank, projections);
        adapters.add(LoraAdapter.open(written.write(folder.resolve("a" + i)), config));
      }
      for (int i = 0; i < SLOTS; i++) {
        tokens.add(random.ints(LENGTH, 0, TestingArchitectures.VOCABULARY).toArray());
      }
    }

    KernelLanguageModel load(KernelPrecision precision, Variant variant, int threads) {
      KernelOptions options =
          TestingKernels.F32.withPrecision(precision).withSlots(SLOTS).withThreads(threads);
      return TestingKernels.load(tensors.checkpoint(config), options, adapters, variant);
    }

    @Override
    public void close() {
      adapters.forEach(LoraAdapter::close);
    }
  }

  /**
   * W + scale B A in the plain decoder, whose weights are float32: rounding them moves an output by
   * less than the sums of the kernels may, which KernelPropertiesTest gives the same tolerance.
   */
  @Property(tries = 20)
  void everyAdapterComputesWhatItsMergedWeightsDo(@ForAll long seed) throws IOException {
    try (Case of = new Case(seed)) {
      for (Variant variant : TestingKernels.variants().toList()) {
        try (KernelLanguageModel model = of.load(KernelPrecision.F32, variant, 1)) {
          for (int adapter = 1; adapter <= of.adapters.size(); adapter++) {
            double[][] expected =
                new PlainDecoder(of.config, merged(of, of.adapters.get(adapter - 1)))
                    .logits(of.tokens.getFirst());
            float[][] rows = alone(model, of.tokens.getFirst(), adapter);
            for (int t = 0; t < LENGTH; t++) {
              for (int i = 0; i < expected[t].length; i++) {
                double tolerance = 2e-4 * Math.max(1, Math.abs(expected[t][i]));
                assertThat((double) rows[t][i]).isCloseTo(expected[t][i], within(tolerance));
              }
            }
          }
        }
      }
    }
  }

  private static TestingTensors merged(Case of, LoraAdapter adapter) {
    TestingTensors merged = TestingTensors.random(of.config, 0);
    for (String name : of.tensors.names()) {
      float[] from = of.tensors.values(name);
      System.arraycopy(from, 0, merged.values(name), 0, from.length);
    }
    for (int layer = 0; layer < of.config.layers(); layer++) {
      for (Projection projection : Projection.values()) {
        if (adapter.changes(layer, projection)) {
          LoraAdapter.Factors factors = adapter.factors(layer, projection);
          merge(
              factors,
              merged.values(projection.module(layer) + ".weight"),
              rowsInTheFile(of.config, projection, factors.b().length / factors.rank()));
        }
      }
    }
    return merged;
  }

  private static void merge(LoraAdapter.Factors factors, float[] weight, int[] rows) {
    int rank = factors.rank();
    int inputs = factors.a().length / rank;
    for (int row = 0; row < rows.length; row++) {
      for (int k = 0; k < inputs; k++) {
        double sum = 0;
        for (int j = 0; j < rank; j++) {
          sum += (double) factors.b()[rows[row] * rank + j] * factors.a()[j * inputs + k];
        }
        weight[row * inputs + k] += (float) (factors.scale() * sum);
      }
    }
  }

  /** The adapter's row for each of the file's: adapters pair halves, files may pair neighbours. */
  private static int[] rowsInTheFile(ModelConfig config, Projection projection, int rows) {
    int pairs = java.util.Objects.requireNonNull(config.rope()).inverseFrequencies().size();
    boolean rotated = projection == Projection.QUERY || projection == Projection.KEY;
    if (!rotated || !config.rotaryInterleaved()) {
      return IntStream.range(0, rows).toArray();
    }
    int size = config.headSize();
    return IntStream.range(0, rows)
        .map(row -> {
          int element = row % size;
          return element < 2 * pairs ? row - element + element / 2 + element % 2 * pairs : row;
        })
        .toArray();
  }

  @Property(tries = 12)
  void sequencesOfDifferentAdaptersAreTheSameBitsAloneAndTogetherOnEveryVariant(@ForAll long seed)
      throws IOException {
    try (Case of = new Case(seed)) {
      for (KernelPrecision precision :
          List.of(KernelPrecision.GROUPS, KernelPrecision.BF16, KernelPrecision.F32)) {
        List<float[][]> expected = new ArrayList<>();
        try (KernelLanguageModel model = of.load(precision, Variant.PORTABLE, 1)) {
          for (int slot = 0; slot < SLOTS; slot++) {
            expected.add(alone(model, of.tokens.get(slot), slot % 3));
          }
        }
        for (Variant variant : TestingKernels.variants().toList()) {
          for (int threads = 1; threads <= (variant == Variant.PORTABLE ? 1 : 2); threads++) {
            try (KernelLanguageModel model = of.load(precision, variant, threads)) {
              assertSame(together(model, of), expected);
            }
          }
        }
      }
    }
  }

  @Property(tries = 12)
  void theModelAsItIsHasTheBitsOfOneWithoutAdapters(@ForAll long seed) throws IOException {
    try (Case of = new Case(seed)) {
      for (KernelPrecision precision : KernelPrecision.values()) {
        Variant variant = TestingKernels.get().variant();
        KernelOptions options = TestingKernels.F32.withPrecision(precision).withSlots(SLOTS);
        try (KernelLanguageModel model = of.load(precision, variant, 1);
            KernelLanguageModel plain =
                TestingKernels.load(of.tensors.checkpoint(of.config), options, variant)) {
          float[][] expected = alone(plain, of.tokens.getFirst(), 0);
          assertSame(together(model, of).subList(0, 1), Collections.singletonList(expected));
          float[][] adapted = alone(model, of.tokens.getFirst(), 1);
          assertThat(adapted[LENGTH - 1]).isNotEqualTo(expected[LENGTH - 1]);
        }
      }
    }
  }

  private static float[][] alone(KernelLanguageModel model, int[] tokens, int adapter) {
    float[][] rows = new float[LENGTH][TestingArchitectures.VOCABULARY];
    read(model.step(List.of(slice(0, 0, tokens, adapter))), 0, rows, 0, LENGTH);
    return rows;
  }

  /** Slots 0 to 3 with adapters 0, 1, 2 and 0, in chunks of different lengths. */
  private static List<float[][]> together(KernelLanguageModel model, Case of) {
    List<float[][]> rows = new ArrayList<>();
    for (int slot = 0; slot < SLOTS; slot++) {
      rows.add(new float[LENGTH][TestingArchitectures.VOCABULARY]);
    }
    int[] done = new int[SLOTS];
    while (IntStream.of(done).min().orElseThrow() < LENGTH) {
      List<SequenceSlice> slices = new ArrayList<>();
      int[] counts = new int[SLOTS];
      for (int slot = 0; slot < SLOTS; slot++) {
        int most = LENGTH - done[slot];
        counts[slot] = Math.min(most, of.random.nextInt(of.random.nextBoolean() ? 2 : 30));
        if (counts[slot] > 0) {
          int[] chunk =
              java.util.Arrays.copyOfRange(
                  of.tokens.get(slot), done[slot], done[slot] + counts[slot]);
          slices.add(slice(slot, done[slot], chunk, slot % 3));
        }
      }
      if (slices.isEmpty()) {
        continue;
      }
      StepOutput output = model.step(slices);
      int row = 0;
      for (int slot = 0; slot < SLOTS; slot++) {
        read(output, row, rows.get(slot), done[slot], counts[slot]);
        row += counts[slot];
        done[slot] += counts[slot];
      }
    }
    return rows;
  }

  private static void read(StepOutput output, int row, float[][] rows, int from, int count) {
    for (int i = 0; i < count; i++) {
      output.logits(row + i, rows[from + i]);
    }
  }

  private static SequenceSlice slice(int slot, int start, int[] tokens, int adapter) {
    int[] blocks = IntStream.range(BLOCKS_OF_ONE * slot, BLOCKS_OF_ONE * (slot + 1)).toArray();
    List<LogitsQuery> queries = Collections.nCopies(tokens.length, LogitsQuery.WHOLE);
    return new SequenceSlice(start, tokens, blocks, queries, adapter);
  }

  private static void assertSame(List<float[][]> actual, List<float[][]> expected) {
    for (int slot = 0; slot < expected.size(); slot++) {
      for (int t = 0; t < LENGTH; t++) {
        assertThat(actual.get(slot)[t])
            .as("slot %d, position %d", slot, t)
            .containsExactly(expected.get(slot)[t]);
      }
    }
  }
}
