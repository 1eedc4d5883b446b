package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weir.engine.LogitEdits;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.StepOutput;
import dev.weir.engine.TestingStepOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program answers to any query against the definition, in plain Java. */
class LogitsProgramTest {
  private static final int TRIES = 60;

  /** Rows that are still in Java's memory. */
  private static final String ASK =
      """
        def ask(s: __torch__.Decoder, y: Tensor, edited: List[int], bias: List[float], repetition: List[float], reduction: List[float], masked: List[int], masks: List[int], sampled: List[int], temperatures: List[float], k: int, entropy: int, reported: List[int]) -> List[Tensor]:
          return s.query(torch.to(y, {DEVICE}, 6), edited, bias, repetition, reduction, masked, masks, sampled, temperatures, k, entropy, reported)
      """;

  /** The last two are sorted by groups and whole, and end within a word of a mask. */
  @ParameterizedTest
  @ValueSource(ints = {3, 40, 8192, 5003})
  void everyQueryIsAnsweredAsDefined(int vocabulary) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("kept", "Tensor");
    String device = "torch.device(\"%s\")".formatted(TestingConfigs.OPTIONS.device());
    String source = (LogitsProgram.source(vocabulary) + ASK).replace("{DEVICE}", device);
    try (TorchModule module = TorchModule.load(DecoderProgram.CLASS_NAME, attributes, source)) {
      for (int seed = 0; seed < TRIES; seed++) {
        Random random = new Random(31L * vocabulary + seed);
        List<float[]> rows = new ArrayList<>();
        List<LogitsQuery> queries = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
          rows.add(row(random, vocabulary));
          queries.add(query(random, vocabulary));
        }
        try (NDManager scope = module.newScope()) {
          StepOutput actual = ask(module, scope, rows, queries, vocabulary);
          check(actual, new TestingStepOutput(rows, queries), queries, vocabulary);
        }
      }
    }
  }

  private static StepOutput ask(
      TorchModule module,
      NDManager scope,
      List<float[]> rows,
      List<LogitsQuery> queries,
      int vocabulary) {
    float[] flat = new float[rows.size() * vocabulary];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, flat, i * vocabulary, vocabulary);
    }
    LogitsPlan plan = LogitsPlan.of(queries, vocabulary);
    return new TorchStepOutput(
        module,
        module.runForTensors(
            scope,
            "ask",
            scope.create(flat, new Shape(rows.size(), vocabulary)),
            plan.edited(),
            plan.bias(),
            plan.repetition(),
            plan.reduction(),
            plan.masked(),
            plan.masks(),
            plan.sampled(),
            plan.temperatures(),
            plan.candidates(),
            plan.entropy(),
            plan.reported()),
        plan,
        queries,
        vocabulary);
  }

  private static void check(
      StepOutput actual, TestingStepOutput expected, List<LogitsQuery> queries, int vocabulary) {
    assertThat(actual.rows()).isEqualTo(queries.size());
    for (int row = 0; row < queries.size(); row++) {
      assertThat(actual.argMax(row)).isEqualTo(expected.argMax(row));
      LogitsQuery query = queries.get(row);
      if (query.candidates() > 0 && expected.argMax(row) >= 0) {
        checkRow(actual, expected, row, query, vocabulary);
      }
    }
  }

  private static void checkRow(
      StepOutput actual, TestingStepOutput expected, int row, LogitsQuery query, int vocabulary) {
    int[] ids = new int[LogitsQuery.MAX_CANDIDATES];
    float[] logits = new float[LogitsQuery.MAX_CANDIDATES];
    int[] expectedIds = ids.clone();
    float[] expectedLogits = logits.clone();
    assertThat(actual.candidates(row, ids, logits))
        .isEqualTo(expected.candidates(row, expectedIds, expectedLogits));
    assertThat(logits).containsExactly(expectedLogits, within(1e-5f));
    for (int i = 0; i < query.candidates() && i < vocabulary; i++) {
      if (Float.isFinite(expectedLogits[i])) { // else any of the forbidden ones
        assertThat(ids[i]).isEqualTo(expectedIds[i]);
      }
    }
    assertThat(actual.logNormalizer(row)).isCloseTo(expected.logNormalizer(row), within(1e-4));
    if (query.entropy()) {
      assertThat(actual.entropy(row)).isCloseTo(expected.entropy(row), within(1e-3));
    }
    float[] whole = new float[vocabulary];
    float[] expectedWhole = new float[vocabulary];
    actual.logits(row, whole);
    expected.logits(row, expectedWhole);
    assertThat(whole).containsExactly(expectedWhole);
    checkTail(actual, expected, row, query, vocabulary);
    if (query.logprobs() && IntStream.range(0, vocabulary).noneMatch(i -> Float.isNaN(whole[i]))) {
      int n = 20;
      int[] top = new int[n];
      int[] expectedTop = new int[n];
      assertThat(actual.alternatives(row, n, top))
          .isEqualTo(expected.alternatives(row, n, expectedTop));
      assertThat(top).containsExactly(expectedTop);
      for (int id = 0; id < vocabulary; id += 1 + vocabulary / 7) {
        assertThat(actual.logprob(row, id)).isCloseTo(expected.logprob(row, id), within(1e-4));
      }
    }
  }

  /** The drawn token lies where the definition's sums pass the mass, but for rounding. */
  private static void checkTail(
      StepOutput actual, TestingStepOutput expected, int row, LogitsQuery query, int vocabulary) {
    int[] ids = new int[LogitsQuery.MAX_CANDIDATES];
    int count = expected.candidates(row, ids, new float[LogitsQuery.MAX_CANDIDATES]);
    double[] p = new double[vocabulary];
    Arrays.setAll(p, id -> expected.probability(row, id));
    for (int i = 0; i < count; i++) {
      p[ids[i]] = 0;
    }
    double total = Arrays.stream(p).sum();
    if (total < 1e-3) {
      return;
    }
    for (double share : new double[] {0, 0.3, 0.99, 2}) {
      int drawn = actual.tail(row, share * total);
      assertThat(p[drawn]).isPositive();
      double before = Arrays.stream(p, 0, drawn).sum();
      double mass = Math.min(share * total, total);
      assertThat(mass).isBetween(before - 1e-5, before + p[drawn] + 1e-5);
    }
  }

  private static float[] row(Random random, int vocabulary) {
    float[] row = new float[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      row[i] = (float) random.nextGaussian() * 3;
    }
    if (random.nextInt(12) == 0) {
      row[random.nextInt(vocabulary)] = Float.NaN;
    }
    return row;
  }

  private static LogitsQuery query(Random random, int vocabulary) {
    LogitEdits edits = random.nextBoolean() ? LogitEdits.NONE : edits(random, vocabulary);
    if (random.nextInt(4) == 0) {
      return new LogitsQuery(edits, 1, 0, null, false, false);
    }
    return new LogitsQuery(
        edits,
        0.2f + 2 * random.nextFloat(),
        Math.min(vocabulary, 1 + random.nextInt(LogitsQuery.MAX_CANDIDATES)),
        null,
        random.nextBoolean(),
        random.nextBoolean());
  }

  private static LogitEdits edits(Random random, int vocabulary) {
    int[] ids = random.ints(0, vocabulary).distinct().limit(1 + random.nextInt(3)).toArray();
    float[] bias = new float[ids.length];
    float[] repetition = new float[ids.length];
    float[] reduction = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      bias[i] = i == 1 ? Float.NEGATIVE_INFINITY : (float) random.nextGaussian();
      repetition[i] = random.nextBoolean() ? 1 : 1.3f;
      reduction[i] = random.nextFloat();
    }
    if (random.nextBoolean()) {
      return LogitEdits.of(ids, bias, repetition, reduction);
    }
    long[] allowed = random.longs(Math.ceilDiv(vocabulary, 64)).toArray();
    allowed[0] |= 7; // at least one is left
    return LogitEdits.of(ids, bias, repetition, reduction).allowing(allowed);
  }
}
