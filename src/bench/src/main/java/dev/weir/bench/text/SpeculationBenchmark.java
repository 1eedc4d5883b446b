package dev.weir.bench.text;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.bench.Prompts;
import dev.weir.bench.Samples;
import dev.weir.engine.EngineClock;
import dev.weir.engine.EngineMetrics;
import dev.weir.engine.Generation;
import dev.weir.engine.Outcome;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.engine.TextListener;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenSpan;
import dev.weir.text.Tokenizer;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What guessing ahead gains at batch 1: the same requests by two engines, one that guesses and one
 * that does not, in turn. Their texts must be equal.
 *
 * @param own loads the model as a worker would
 */
public record SpeculationBenchmark(OwnModel.Loader own, Tokenizer tokenizer, int rounds) {
  private static final int OUTPUT_TOKENS = 128;
  private static final int LIMIT_MINUTES = 10;

  /** Kinds of text. */
  private enum Kind {
    /** The prompt says everything three times, the most probable output goes on so. */
    REPEATING(0),
    /** A story, drawn from the model's distribution. */
    OTHER(1);

    private final double temperature;

    Kind(double temperature) {
      this.temperature = temperature;
    }

    String text(int number) {
      String story = "Story number " + number + ": " + Prompts.story(number);
      return this == REPEATING ? (story + ".\n\n").repeat(3) : "Once upon a time. " + story + "\n";
    }
  }

  /**
   * Runs it.
   *
   * @throws IllegalStateException if the texts differ, or the backend does not guess
   */
  public List<BenchmarkResult> run(PrintWriter out, BenchProgress progress) throws Exception {
    out.println(Machine.current().describe());
    List<BenchmarkResult> results = new ArrayList<>();
    OwnModel plain = own.load(1);
    try (TextEngine without = engine(plain, false, new Drafts())) {
      out.printf("%s, %s%n", plain.backend(), plain.precision());
      if (!without.limits().rowInvariant()) {
        throw new IllegalStateException(
            plain.backend() + " never guesses ahead: its numbers depend on the batch");
      }
      Drafts drafts = new Drafts();
      try (TextEngine with = engine(own.load(1), true, drafts)) {
        for (Kind kind : Kind.values()) {
          results.add(compare(kind, with, without, drafts, out, progress));
        }
      }
    }
    return results;
  }

  private BenchmarkResult compare(
      Kind kind,
      TextEngine with,
      TextEngine without,
      Drafts drafts,
      PrintWriter out,
      BenchProgress progress)
      throws Exception {
    String name = kind.name().toLowerCase(Locale.ROOT);
    List<Double> guessed = new ArrayList<>();
    List<Double> plain = new ArrayList<>();
    drafts.clear();
    for (int round = -1; round < rounds; round++) {
      progress.at("speculation: " + name, kind.ordinal() * rounds + Math.max(0, round), 2 * rounds);
      Answer first = ask(with, kind, round + 1);
      Answer second = ask(without, kind, round + 1);
      if (!Arrays.equals(first.tokens, second.tokens)) {
        throw new IllegalStateException("the text with guesses is another one: round " + round);
      }
      if (round >= 0) {
        guessed.add(OUTPUT_TOKENS / first.seconds);
        plain.add(OUTPUT_TOKENS / second.seconds);
      }
    }
    BenchmarkResult result =
        BenchmarkResult.against(
            "speculation.b1." + name,
            Samples.of(guessed).median(),
            "tokens/s",
            "without",
            Samples.of(plain).median());
    out.printf(
        Locale.ROOT,
        "%-10s %8.1f tokens/s with, %8.1f without: %.2f times; %d of %d guesses right%n",
        name,
        result.value(),
        result.peerValue(),
        result.ratio(),
        drafts.right.get(),
        drafts.tokens.get());
    out.flush();
    return result;
  }

  private static TextEngine engine(OwnModel own, boolean speculation, EngineMetrics metrics) {
    return new TextEngine(
        own.model(),
        token -> new byte[0],
        new TextEngineConfig(512, 64, 1 << 18, false, speculation),
        metrics,
        EngineClock.SYSTEM);
  }

  /**
   * @param seconds from the first token to the last
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by hand
  private record Answer(int[] tokens, double seconds) {}

  private Answer ask(TextEngine engine, Kind kind, int number) throws Exception {
    int[] tokens = new int[OUTPUT_TOKENS];
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Generation generation =
        engine.submit(
            new TextRequest(
                "bench-" + number,
                tokenizer.encode(kind.text(number), false),
                SamplingParameters.builder(OUTPUT_TOKENS).temperature(kind.temperature).build(),
                number,
                Instant.MAX),
            new TextListener() {
              private long first;

              @Override
              public void onTokens(TokenSpan span) {
                if (span.firstIndex() == 0) {
                  first = System.nanoTime();
                }
                System.arraycopy(span.ids(), 0, tokens, (int) span.firstIndex(), span.ids().length);
              }

              @Override
              public void onFinished(Outcome outcome) {
                if (outcome.error() == null) {
                  answer.complete(new Answer(tokens, (System.nanoTime() - first) * 1e-9));
                } else {
                  answer.completeExceptionally(outcome.error());
                }
              }
            });
    generation.proceed(new int[0]);
    return answer.get(LIMIT_MINUTES, TimeUnit.MINUTES);
  }

  /** Counts guesses. */
  private static final class Drafts implements EngineMetrics {
    private final AtomicInteger tokens = new AtomicInteger();
    private final AtomicInteger right = new AtomicInteger();

    @Override
    public void onDraft(int drafted, int accepted) {
      tokens.addAndGet(drafted);
      right.addAndGet(accepted);
    }

    void clear() {
      tokens.set(0);
      right.set(0);
    }
  }
}
