package dev.weir.engine;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Choosing one token of 49,152 behind 1,000 others: the query and the choice, without the model's
 * part in it, whose answer is ready.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SamplerBenchmark {
  private static final int VOCABULARY = 49_152;
  private static final int PROMPT = 500;
  private static final int LENGTH = 1_000;

  /** What users ask for. */
  public enum Kind {
    GREEDY(SamplingParameters.builder(LENGTH).temperature(0)),
    PLAIN(SamplingParameters.builder(LENGTH)),
    NUCLEUS(SamplingParameters.builder(LENGTH).temperature(0.8).topK(40).topP(0.95)),
    PENALTIES(
        SamplingParameters.builder(LENGTH)
            .temperature(0.8)
            .topP(0.95)
            .repetitionPenalty(1.1)
            .frequencyPenalty(0.5)),
    // more than a model gives: the whole row is fetched
    TOP_K_100(SamplingParameters.builder(LENGTH).topK(100));

    private final SamplingParameters parameters;

    Kind(SamplingParameters.Builder builder) {
      parameters = builder.build();
    }
  }

  @Param Kind kind = Kind.PLAIN;

  private final Sampler sampler = new Sampler(VOCABULARY);
  private final int[] tokens = new int[LENGTH];
  private Answer answer = Answer.of(new float[VOCABULARY], 1);
  private long seed;

  @Setup
  public void logits() {
    SplittableRandom random = new SplittableRandom(1);
    // Zipf's law with exponent 2: the 64 best have 99 % of the probability, as with a chat model.
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      int rank = 1 + i * 7 % VOCABULARY;
      logits[i] = (float) (-2 * Math.log(rank));
    }
    answer = Answer.of(logits, Math.max(Float.MIN_NORMAL, kind.parameters.temperature()));
    for (int i = 0; i < LENGTH; i++) {
      tokens[i] = random.nextInt(VOCABULARY);
    }
  }

  @Benchmark
  public int token() {
    LogitsQuery query = sampler.query(kind.parameters, tokens, PROMPT, LENGTH);
    return sampler.sample(answer, 0, query, kind.parameters, seed++, LENGTH - PROMPT);
  }

  /** A row whose answers were computed before; edits change none of its best tokens. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(float[] row, int[] best, double normalizer) implements StepOutput {

    static Answer of(float[] row, double temperature) {
      int[] best =
          IntStream.range(0, row.length)
              .boxed()
              .sorted((a, b) -> Float.compare(row[b], row[a]))
              .limit(LogitsQuery.MAX_CANDIDATES)
              .mapToInt(Integer::intValue)
              .toArray();
      double sum = 0;
      for (float logit : row) {
        sum += Math.exp((logit - row[best[0]]) / temperature);
      }
      return new Answer(row, best, Math.log(sum));
    }

    @Override
    public int rows() {
      return 1;
    }

    @Override
    public int argMax(int number) {
      return best[0];
    }

    @Override
    public int candidates(int number, int[] ids, float[] logits) {
      System.arraycopy(best, 0, ids, 0, best.length);
      for (int i = 0; i < best.length; i++) {
        logits[i] = row[best[i]];
      }
      return best.length;
    }

    @Override
    public double logNormalizer(int number) {
      return normalizer;
    }

    @Override
    public int tail(int number, double mass) {
      return row.length - 1;
    }

    @Override
    public void logits(int number, float[] into) {
      System.arraycopy(row, 0, into, 0, row.length);
    }

    @Override
    public double entropy(int number) {
      throw new UnsupportedOperationException("nobody asks for the entropy");
    }

    @Override
    public double logprob(int number, int id) {
      throw new UnsupportedOperationException("nobody asks for log-probabilities");
    }

    @Override
    public int alternatives(int number, int n, int[] ids) {
      throw new UnsupportedOperationException("nobody asks for " + Arrays.toString(ids));
    }
  }
}
