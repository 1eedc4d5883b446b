package dev.weir.bench.text;

import dev.weir.bench.Samples;
import dev.weir.bench.text.Measure.Phase;
import dev.weir.engine.EngineClock;
import dev.weir.engine.EngineMetrics;
import dev.weir.engine.Generation;
import dev.weir.engine.Outcome;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.engine.TextListener;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenBytes;
import dev.weir.engine.TokenSpan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Weir's text engine over a model that a worker would load, without Kafka and HTTP. */
final class OwnEngine implements Contestant {
  private static final int LIMIT_MINUTES = 30;
  private static final int PREFILLS = 3;

  /** What a worker has by default, but without speculation, which the peers do not use either. */
  private static final TextEngineConfig CONFIG =
      new TextEngineConfig(
          TextEngineConfig.DEFAULT.stepTokens(),
          TextEngineConfig.DEFAULT.maxWaiting(),
          TextEngineConfig.DEFAULT.maxWaitingTokens(),
          false,
          false);

  private final TextEngine engine;
  private final TokenPrompts prompts;
  private final Workload workload;
  private final String description;
  private final SamplingParameters sampling;
  private final StepCounter steps = new StepCounter();
  // Blocks of the cache are found by salt and tokens: another salt, no hits.
  private int salt;

  OwnEngine(OwnModel own, TokenBytes tokenBytes, TokenPrompts prompts, Workload workload) {
    this(own, tokenBytes, prompts, workload, greedy(workload));
  }

  /**
   * @param sampling of every output
   */
  OwnEngine(
      OwnModel own,
      TokenBytes tokenBytes,
      TokenPrompts prompts,
      Workload workload,
      SamplingParameters sampling) {
    this.prompts = prompts;
    this.workload = workload;
    this.sampling = sampling;
    description = own.backend() + ", " + own.precision() + ", " + own.model().limits().numericsId();
    engine = new TextEngine(own.model(), tokenBytes, CONFIG, steps, EngineClock.SYSTEM);
  }

  static SamplingParameters greedy(Workload workload) {
    return SamplingParameters.builder(workload.outputTokens()).temperature(0).build();
  }

  @Override
  public String name() {
    return "weir";
  }

  @Override
  public String setting() {
    return "";
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Map<Measure, Double> round() throws InterruptedException {
    Map<Measure, Double> speeds = new LinkedHashMap<>();
    for (int batch : workload.batches()) {
      double output = (double) batch * workload.outputTokens();
      speeds.put(new Measure(Phase.DECODE, batch), decodeSpeed(batch));
      speeds.put(new Measure(Phase.THROUGHPUT, batch), output / throughputSeconds(batch));
    }
    double[] prefills = new double[PREFILLS];
    for (int i = 0; i < PREFILLS; i++) {
      prefills[i] = workload.prefillTokens() / prefillSeconds(i);
    }
    speeds.put(new Measure(Phase.PREFILL, workload.prefillTokens()), Samples.of(prefills).median());
    return speeds;
  }

  /** Output tokens per second of a batch whose prompts were computed before. */
  double decodeSpeed(int batch) throws InterruptedException {
    return (double) batch * workload.outputTokens() / decodeSeconds(batch);
  }

  /** All prompts are in the cache but for their last tokens when the clock starts. */
  private double decodeSeconds(int batch) throws InterruptedException {
    CompletableFuture<Void> computed = steps.after(batch * (workload.promptTokens() - 1));
    Batch all = submit(prompts.prompts(batch, workload.promptTokens()), sampling);
    CompletableFuture<Long> start =
        computed.thenApply(nothing -> {
          // On the engine's thread: the next step has all of them.
          long now = System.nanoTime();
          all.proceed();
          return now;
        });
    all.await();
    return (all.end() - start.join()) * 1e-9;
  }

  private double throughputSeconds(int batch) throws InterruptedException {
    List<int[]> texts = prompts.prompts(batch, workload.promptTokens());
    long start = System.nanoTime();
    Batch all = submit(texts, sampling);
    all.proceed();
    all.await();
    return (all.end() - start) * 1e-9;
  }

  /** From handing over a long prompt to its first token of output. */
  double prefillSeconds(int number) throws InterruptedException {
    List<int[]> text = List.of(prompts.prompt(number, workload.prefillTokens()));
    long start = System.nanoTime();
    Batch all = submit(text, SamplingParameters.builder(1).temperature(0).build());
    all.proceed();
    all.await();
    return (all.end() - start) * 1e-9;
  }

  private Batch submit(List<int[]> texts, SamplingParameters parameters) {
    TextRequest.Group group = new TextRequest.Group("bench", Integer.toString(salt++));
    Batch all = new Batch(parameters.maxTokens());
    for (int[] text : texts) {
      all.add(engine, new TextRequest("bench-" + salt, text, parameters, 0, Instant.MAX, group, 0));
    }
    return all;
  }

  @Override
  public void close() {
    engine.close();
  }

  /** Requests that run together. */
  private static final class Batch {
    private final int outputTokens;
    private final List<Generation> generations = new ArrayList<>();
    private final List<CompletableFuture<Long>> ends = new ArrayList<>();

    Batch(int outputTokens) {
      this.outputTokens = outputTokens;
    }

    void add(TextEngine engine, TextRequest request) {
      CompletableFuture<Long> end = new CompletableFuture<>();
      ends.add(end);
      generations.add(
          engine.submit(
              request,
              new TextListener() {
                @Override
                public void onTokens(TokenSpan span) {}

                @Override
                public void onFinished(Outcome outcome) {
                  if (outcome.total() == outputTokens && outcome.cachedTokens() == 0) {
                    end.complete(System.nanoTime());
                  } else {
                    end.completeExceptionally(
                        new IllegalStateException(
                            "a request ended with %s after %d tokens, %d of its prompt were cached"
                                .formatted(
                                    outcome.reason(), outcome.total(), outcome.cachedTokens()),
                            outcome.error()));
                  }
                }
              }));
    }

    void proceed() {
      generations.forEach(generation -> generation.proceed(new int[0]));
    }

    void await() throws InterruptedException {
      try {
        CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
            .get(LIMIT_MINUTES, TimeUnit.MINUTES);
      } catch (ExecutionException e) {
        throw new IllegalStateException("the engine failed", e.getCause());
      } catch (TimeoutException e) {
        throw new IllegalStateException(
            "a batch has not ended within %d minutes".formatted(LIMIT_MINUTES), e);
      }
    }

    /** When the last one ended, {@link System#nanoTime}. */
    long end() {
      return ends.stream().mapToLong(CompletableFuture::join).max().orElseThrow();
    }
  }

  /** Tells when the engine has computed a number of tokens. */
  private static final class StepCounter implements EngineMetrics {
    private int remaining;
    private CompletableFuture<Void> reached = new CompletableFuture<>();

    synchronized CompletableFuture<Void> after(int tokens) {
      remaining = tokens;
      reached = new CompletableFuture<>();
      return reached;
    }

    @Override
    public synchronized void onStep(int tokens, int sequences, long nanos) {
      remaining -= tokens;
      if (remaining <= 0) {
        reached.complete(null);
      }
    }
  }
}
