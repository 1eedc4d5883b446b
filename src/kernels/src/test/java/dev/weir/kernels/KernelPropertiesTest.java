package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitEdits;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.Shortlist;
import dev.weir.engine.StepOutput;
import dev.weir.engine.TestingStepOutput;
import dev.weir.text.ModelConfig;
import dev.weir.torch.PlainDecoder;
import dev.weir.torch.TestingTensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Every architecture and every query against their definitions in plain Java. */
class KernelPropertiesTest {
  private static final int LENGTH = 70;

  @Property(tries = 25)
  void everyArchitectureComputesItsDefinition(@ForAll long seed) {
    Random random = new Random(seed);
    ModelConfig config = TestingArchitectures.any(random);
    TestingTensors tensors = TestingTensors.random(config, seed);
    int[] tokens = random.ints(LENGTH, 0, TestingArchitectures.VOCABULARY).toArray();
    double[][] expected = new PlainDecoder(config, tensors).logits(tokens);
    for (Variant variant : TestingKernels.variants().toList()) {
      try (LanguageModel model = load(config, tensors, KernelPrecision.F32, variant)) {
        float[][] rows = rows(model, tokens);
        for (int t = 0; t < LENGTH; t++) {
          for (int i = 0; i < expected[t].length; i++) {
            double tolerance = 2e-4 * Math.max(1, Math.abs(expected[t][i]));
            assertThat((double) rows[t][i]).isCloseTo(expected[t][i], within(tolerance));
          }
        }
      }
    }
  }

  @Property(tries = 25)
  void everyVariantComputesTheSameBitsInEveryPrecision(@ForAll long seed) {
    Random random = new Random(seed);
    ModelConfig config = TestingArchitectures.any(random);
    TestingTensors tensors = TestingTensors.random(config, seed);
    extremes(random, tensors);
    int[] tokens = random.ints(LENGTH, 0, TestingArchitectures.VOCABULARY).toArray();
    for (KernelPrecision precision : KernelPrecision.values()) {
      float[][] expected = null;
      for (Variant variant : TestingKernels.variants().toList()) {
        try (LanguageModel model = load(config, tensors, precision, variant)) {
          float[][] rows = rows(model, tokens);
          if (expected == null) {
            expected = rows;
          }
          for (int t = 0; t < LENGTH; t++) {
            assertThat(rows[t]).containsExactly(expected[t]);
          }
        }
      }
    }
  }

  /** An intermediate that is one element wide, and a loud norm: a later token's values overflow. */
  @Example
  void everyVariantComputesTheSameBitsBesideATokenThatOverflows() {
    everyVariantComputesTheSameBitsInEveryPrecision(304214);
  }

  /** Elements that underflow in products or overflow in rows, and rows of zeros. */
  private static void extremes(Random random, TestingTensors tensors) {
    for (String name : tensors.names()) {
      float[] values = tensors.values(name);
      for (int i = random.nextInt(5); i > 0; i--) {
        float[] odd = {0, -0f, Float.MIN_VALUE, 1e-39f, -1e-30f, 20, -20, 1e30f};
        boolean fits = name.endsWith("norm.weight"); // groups of weights have scales in f16
        values[random.nextInt(values.length)] =
            odd[random.nextInt(odd.length - (fits && random.nextInt(4) == 0 ? 0 : 1))];
      }
    }
  }

  @Property(tries = 60)
  void everyQueryIsAnsweredAsDefined(@ForAll long seed) {
    Random random = new Random(seed);
    ModelConfig config = TestingArchitectures.any(random);
    TestingTensors tensors = TestingTensors.random(config, seed);
    int n = 1 + random.nextInt(5);
    int[] tokens = random.ints(n, 0, TestingArchitectures.VOCABULARY).toArray();
    List<LogitsQuery> queries = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      queries.add(query(random));
    }
    for (Variant variant : TestingKernels.variants().toList()) {
      try (LanguageModel model = load(config, tensors, KernelPrecision.GROUPS, variant)) {
        TestingStepOutput expected =
            new TestingStepOutput(Arrays.asList(rows(model, tokens)), queries);
        StepOutput actual = model.step(List.of(slice(tokens, queries)));
        assertThat(actual.rows()).isEqualTo(n);
        for (int row = 0; row < n; row++) {
          assertThat(actual.argMax(row)).isEqualTo(expected.argMax(row));
          if (queries.get(row).candidates() > 0) {
            checkRow(actual, expected, row, queries.get(row));
          }
        }
      }
    }
  }

  private static void checkRow(
      StepOutput actual, TestingStepOutput expected, int row, LogitsQuery query) {
    int vocabulary = TestingArchitectures.VOCABULARY;
    int[] ids = new int[LogitsQuery.MAX_CANDIDATES];
    float[] logits = new float[LogitsQuery.MAX_CANDIDATES];
    int[] expectedIds = ids.clone();
    float[] expectedLogits = logits.clone();
    int found = actual.candidates(row, ids, logits);
    assertThat(found).isEqualTo(expected.candidates(row, expectedIds, expectedLogits));
    assertThat(logits).containsExactly(expectedLogits);
    assertThat(ids).containsExactly(expectedIds);
    assertThat(actual.logNormalizer(row)).isCloseTo(expected.logNormalizer(row), within(1e-5));
    if (query.entropy()) {
      assertThat(actual.entropy(row)).isCloseTo(expected.entropy(row), within(1e-5));
    }
    float[] whole = new float[vocabulary];
    float[] expectedWhole = new float[vocabulary];
    actual.logits(row, whole);
    expected.logits(row, expectedWhole);
    assertThat(whole).containsExactly(expectedWhole);
    double total =
        IntStream.range(0, vocabulary)
            .filter(id -> Arrays.stream(ids, 0, found).noneMatch(i -> i == id))
            .mapToDouble(id -> expected.probability(row, id))
            .sum();
    if (total > 1e-3) {
      for (double share : new double[] {0, 0.31, 0.77}) {
        int drawn = actual.tail(row, share * total);
        assertThat(Arrays.stream(ids, 0, found).noneMatch(id -> id == drawn)).isTrue();
        assertThat(expected.probability(row, drawn)).isPositive();
        double before =
            IntStream.range(0, drawn)
                .filter(id -> Arrays.stream(ids, 0, found).noneMatch(i -> i == id))
                .mapToDouble(id -> expected.probability(row, id))
                .sum();
        assertThat(share * total)
            .isBetween(before - 1e-6, before + expected.probability(row, drawn) + 1e-6);
      }
    }
    if (query.shortlist() != null) {
      checkShortlist(actual, expected, row, query, query.shortlist());
    } else {
      assertThat(actual.isListed(row)).isFalse();
      int[] none = new int[vocabulary];
      assertThatThrownBy(() -> actual.shortlist(row, none, new float[vocabulary], new float[0]))
          .isInstanceOf(IllegalStateException.class);
    }
    if (query.logprobs()) {
      int[] top = new int[20];
      int[] expectedTop = new int[20];
      assertThat(actual.alternatives(row, 20, top))
          .isEqualTo(expected.alternatives(row, 20, expectedTop));
      assertThat(top).containsExactly(expectedTop);
      for (int id = 0; id < vocabulary; id++) {
        assertThat(actual.logprob(row, id)).isCloseTo(expected.logprob(row, id), within(1e-5));
      }
    }
  }

  /** Whoever must be there is; who else is there is more probable than all who are not. */
  private static void checkShortlist(
      StepOutput actual, TestingStepOutput expected, int row, LogitsQuery query, Shortlist wanted) {
    int[] ids = new int[TestingArchitectures.VOCABULARY];
    float[] logits = new float[ids.length];
    float[] weights = new float[ids.length];
    int[] least = ids.clone();
    int found = actual.shortlist(row, ids, logits, weights);
    int must = expected.shortlist(row, wanted, least);
    List<Integer> listed = Arrays.stream(ids, 0, found).boxed().toList();
    assertThat(listed).isSorted().containsAll(Arrays.stream(least, 0, must).boxed().toList());
    float[] all = new float[ids.length];
    expected.logits(row, all);
    query.edits().apply(all);
    float lowest = Float.POSITIVE_INFINITY;
    for (int i = 0; i < found; i++) {
      assertThat(logits[i]).isEqualTo(all[ids[i]]);
      assertThat(weights[i] / Math.exp(expected.logNormalizer(row)))
          .isCloseTo(expected.probability(row, ids[i]), within(1e-6));
      lowest = Math.min(lowest, logits[i]);
    }
    for (int id = 0; id < all.length; id++) {
      if (!listed.contains(id)) {
        assertThat(all[id]).isLessThan(lowest);
      }
    }
    // a step of 1/8 is not parted, and rounding keeps nobody out
    double more = Math.min(wanted.mass() * (1 + 2e-5), Math.nextDown(1.0));
    Shortlist wider = new Shortlist(wanted.share(), wanted.count(), more);
    int may = expected.shortlist(row, wider, least);
    double atBorder =
        Arrays.stream(least, 0, may)
            .mapToDouble(id -> expected.probability(row, id))
            .min()
            .orElseThrow();
    // the share is one border, of a thousandth; nobody need stand there
    double ofShare = wanted.share() * expected.probability(row, expected.argMax(row));
    double border = Math.min(atBorder * Math.exp(-0.126), ofShare * Math.exp(-0.0011));
    assertThat(listed)
        .allSatisfy(id -> assertThat(expected.probability(row, id)).isGreaterThan(border));
  }

  private static LogitsQuery query(Random random) {
    LogitEdits edits = random.nextBoolean() ? LogitEdits.NONE : edits(random);
    if (random.nextInt(4) == 0) {
      return new LogitsQuery(edits, 1, 0, null, false, false);
    }
    int candidates = 1 + random.nextInt(LogitsQuery.MAX_CANDIDATES);
    float temperature = 0.2f + 2 * random.nextFloat();
    return new LogitsQuery(
        edits,
        temperature,
        candidates,
        shortlist(random),
        random.nextBoolean(),
        random.nextBoolean());
  }

  /** Of no token beside the candidates, of some, of more than there is room for in a step. */
  private static @Nullable Shortlist shortlist(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> null;
      case 1 -> new Shortlist(1, 0, 0.3 + 0.6 * random.nextDouble());
      case 2 -> new Shortlist(1, 0, 0.999);
      case 3 -> new Shortlist(1, 1 + random.nextInt(TestingArchitectures.VOCABULARY / 2), 0);
      default -> new Shortlist(Math.pow(10, -3 * random.nextDouble()), 0, 0);
    };
  }

  private static LogitEdits edits(Random random) {
    int vocabulary = TestingArchitectures.VOCABULARY;
    int[] ids = random.ints(0, vocabulary).distinct().limit(1 + random.nextInt(9)).toArray();
    float[] bias = new float[ids.length];
    float[] repetition = new float[ids.length];
    float[] reduction = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      bias[i] = i == 1 ? Float.NEGATIVE_INFINITY : (float) random.nextGaussian();
      repetition[i] = random.nextBoolean() ? 1 : 1.3f;
      reduction[i] = random.nextFloat();
    }
    LogitEdits edits = LogitEdits.of(ids, bias, repetition, reduction);
    if (random.nextBoolean()) {
      return edits;
    }
    return edits.allowing(new long[] {random.nextLong() | 7L}); // at least one is left
  }

  /** Logits behind every token of a step of its own: [tokens][vocabulary]. */
  static float[][] rows(LanguageModel model, int[] tokens) {
    float[][] rows = new float[tokens.length][TestingArchitectures.VOCABULARY];
    List<LogitsQuery> queries = Collections.nCopies(tokens.length, LogitsQuery.WHOLE);
    StepOutput output = model.step(List.of(slice(tokens, queries)));
    for (int i = 0; i < tokens.length; i++) {
      output.logits(i, rows[i]);
    }
    return rows;
  }

  private static SequenceSlice slice(int[] tokens, List<LogitsQuery> queries) {
    int[] blocks = {7, 2, 9, 0, 5}; // anywhere
    return new SequenceSlice(0, tokens, blocks, queries);
  }

  static LanguageModel load(
      ModelConfig config, TestingTensors tensors, KernelPrecision precision, Variant variant) {
    KernelOptions options = TestingKernels.F32.withPrecision(precision).withSlots(1);
    return TestingKernels.load(tensors.checkpoint(config), options, variant);
  }
}
