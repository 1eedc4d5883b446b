package dev.weir.textworker;

import dev.weir.engine.EngineMetrics;
import dev.weir.engine.FinishReason;
import dev.weir.engine.NonFiniteLogits;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine does, under vLLM's metric names (with {@code weir_} for {@code vllm:}) and in its
 * buckets, so that dashboards and alerts made for vLLM fit. All carry {@code model_name}. Nothing
 * is counted before {@link #count}: a warm-up is no request.
 */
final class EngineMeters implements EngineMetrics, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineMeters.class);

  private static final double[] FIRST_TOKEN_SECONDS = {
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
    80, 160, 640, 2560
  };
  private static final double[] TOKEN_SECONDS = {
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
  };
  private static final double[] REQUEST_SECONDS = {
    0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
  };
  private static final double[] STEP_TOKENS = {
    1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384
  };

  private final MeterRegistry registry;
  private final Tags tags;
  private final List<Meter> meters = new ArrayList<>();
  private final Counter promptTokens;
  private final Counter generationTokens;
  private final Counter prefixQueries;
  private final Counter prefixHits;
  private final Counter preemptions;
  private final Counter drafts;
  private final Counter draftTokens;
  private final Counter acceptedTokens;
  private final Counter faults;
  private final Counter corrupted;
  private final Map<FinishReason, Counter> finished = new EnumMap<>(FinishReason.class);
  private final Timer firstToken;
  private final Timer nextToken;
  private final Timer timePerOutputToken;
  private final Timer total;
  private final Timer queue;
  private final Timer inference;
  private final Timer prefill;
  private final Timer decode;
  private final DistributionSummary stepTokens;
  private final DistributionSummary requestPromptTokens;
  private final DistributionSummary requestGenerationTokens;
  private final DistributionSummary requestMaxTokens;
  private volatile boolean counting;
  private volatile int running;
  private volatile int waiting;
  private volatile double cacheUse;

  EngineMeters(
      MeterRegistry registry, String model, TextModel.Description description, int contextLength) {
    this.registry = registry;
    tags = Tags.of(Tag.of("model_name", model));
    Tags computed =
        tags.and(
            "family",
            description.family(),
            "precision",
            description.precision(),
            "backend",
            description.backend());
    keep(
        Gauge.builder("weir.model.info", () -> 1)
            .description("What computes the model")
            .tags(computed)
            .register(registry));
    gauge("weir.num.requests.running", "Requests with a slot", m -> m.running);
    gauge("weir.num.requests.waiting", "Requests that wait for a slot", m -> m.waiting);
    gauge(
        "weir.kv.cache.usage.perc", "Share of the cache that is owned, 1 is all", m -> m.cacheUse);
    promptTokens = counter("weir.prompt.tokens", "Tokens of prompts", tags);
    generationTokens = counter("weir.generation.tokens", "Tokens of outputs", tags);
    prefixQueries = counter("weir.prefix.cache.queries", "Tokens looked for in the cache", tags);
    prefixHits = counter("weir.prefix.cache.hits", "Tokens found in the cache", tags);
    preemptions = counter("weir.num.preemptions", "Requests that gave way in a full cache", tags);
    drafts = counter("weir.spec.decode.num.drafts", "Outputs guessed ahead", tags);
    draftTokens = counter("weir.spec.decode.num.draft.tokens", "Tokens guessed", tags);
    acceptedTokens =
        counter("weir.spec.decode.num.accepted.tokens", "Tokens guessed and right", tags);
    faults = counter("weir.engine.faults", "Steps, samplers and listeners that threw", tags);
    corrupted =
        counter("weir.corrupted.requests", "Ended by logits that are no finite numbers", tags);
    for (FinishReason reason : FinishReason.values()) {
      String label = reason.name().toLowerCase(Locale.ROOT);
      finished.put(
          reason,
          counter(
              "weir.request.success", "Requests that ended", tags.and("finished_reason", label)));
    }
    firstToken = timer("weir.time.to.first.token", "From the engine's inbox", FIRST_TOKEN_SECONDS);
    nextToken = timer("weir.inter.token.latency", "Between two tokens", TOKEN_SECONDS);
    timePerOutputToken =
        timer("weir.request.time.per.output.token", "Mean of a request", TOKEN_SECONDS);
    total = timer("weir.e2e.request.latency", "From inbox to end", REQUEST_SECONDS);
    queue = timer("weir.request.queue.time", "Waiting for a slot", REQUEST_SECONDS);
    inference = timer("weir.request.inference.time", "With a slot", REQUEST_SECONDS);
    prefill = timer("weir.request.prefill.time", "From slot to first token", REQUEST_SECONDS);
    decode = timer("weir.request.decode.time", "From first token to last", REQUEST_SECONDS);
    stepTokens = summary("weir.iteration.tokens", "Tokens of a step", STEP_TOKENS);
    double[] lengths = oneTwoFive(contextLength);
    requestPromptTokens = summary("weir.request.prompt.tokens", "Of a request", lengths);
    requestGenerationTokens = summary("weir.request.generation.tokens", "Of a request", lengths);
    requestMaxTokens = summary("weir.request.params.max.tokens", "Asked for", lengths);
  }

  /** 1, 2, 5, 10, 20, 50 and so on, up to a length. */
  private static double[] oneTwoFive(int most) {
    List<Double> bounds = new ArrayList<>();
    for (long decade = 1; decade <= most; decade *= 10) {
      for (long digit : new long[] {1, 2, 5}) {
        if (digit * decade <= most) {
          bounds.add((double) (digit * decade));
        }
      }
    }
    return bounds.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void gauge(String name, String description, ToDoubleFunction<EngineMeters> value) {
    meters.add(
        Gauge.builder(name, this, value).description(description).tags(tags).register(registry));
  }

  private Counter counter(String name, String description, Tags all) {
    return keep(Counter.builder(name).description(description).tags(all).register(registry));
  }

  private Timer timer(String name, String description, double[] seconds) {
    Duration[] bounds =
        Arrays.stream(seconds)
            .mapToObj(s -> Duration.ofNanos(Math.round(s * 1e9)))
            .toArray(Duration[]::new);
    return keep(
        Timer.builder(name)
            .description(description)
            .tags(tags)
            .serviceLevelObjectives(bounds)
            .register(registry));
  }

  private DistributionSummary summary(String name, String description, double[] bounds) {
    return keep(
        DistributionSummary.builder(name)
            .description(description)
            .tags(tags)
            .serviceLevelObjectives(bounds)
            .register(registry));
  }

  private <M extends Meter> M keep(M meter) {
    meters.add(meter);
    return meter;
  }

  /**
   * Shows how many threads compute a step.
   *
   * @param now asked by any thread
   */
  void watchThreads(IntSupplier now) {
    keep(
        Gauge.builder("weir.step.threads", now::getAsInt)
            .description("Threads that compute a step now")
            .tags(tags)
            .register(registry));
  }

  /** What happens from now on counts. */
  void count() {
    counting = true;
  }

  @Override
  public void onLoad(int nowRunning, int nowWaiting, double nowCacheUse) {
    running = nowRunning;
    waiting = nowWaiting;
    cacheUse = nowCacheUse;
  }

  @Override
  public void onStep(int tokens, int sequences, long nanos) {
    if (!counting) {
      return;
    }
    stepTokens.record(tokens);
  }

  @Override
  public void onPrefix(int tokens, int found) {
    if (!counting) {
      return;
    }
    prefixQueries.increment(tokens);
    prefixHits.increment(found);
  }

  @Override
  public void onDraft(int tokens, int right) {
    if (!counting) {
      return;
    }
    drafts.increment();
    draftTokens.increment(tokens);
    acceptedTokens.increment(right);
  }

  @Override
  public void onPreemption(String requestId) {
    preemptions.increment();
  }

  @Override
  public void onFirstToken(int tokens, long nanos) {
    if (!counting) {
      return;
    }
    promptTokens.increment(tokens);
    generationTokens.increment();
    firstToken.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void onNextToken(long nanos) {
    if (!counting) {
      return;
    }
    generationTokens.increment();
    nextToken.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void onFinished(RequestSummary summary) {
    if (!counting) {
      return;
    }
    Counter counter = finished.get(summary.reason());
    if (counter != null) {
      counter.increment();
    }
    total.record(summary.totalNanos(), TimeUnit.NANOSECONDS);
    queue.record(summary.queueNanos(), TimeUnit.NANOSECONDS);
    requestPromptTokens.record(summary.promptTokens());
    requestGenerationTokens.record(summary.generatedTokens());
    requestMaxTokens.record(summary.maxTokens());
    if (summary.generatedTokens() > 0) {
      inference.record(summary.prefillNanos() + summary.decodeNanos(), TimeUnit.NANOSECONDS);
      prefill.record(summary.prefillNanos(), TimeUnit.NANOSECONDS);
      decode.record(summary.decodeNanos(), TimeUnit.NANOSECONDS);
    }
    if (summary.generatedTokens() > 1) {
      timePerOutputToken.record(
          summary.decodeNanos() / (summary.generatedTokens() - 1), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void onFault(String requestId, Throwable fault) {
    faults.increment();
    if (fault instanceof NonFiniteLogits) {
      corrupted.increment();
    }
    LOG.error("the engine failed{}", requestId.isEmpty() ? "" : " at request " + requestId, fault);
  }

  /** Takes the meters out of the registry: another worker of this process may come. */
  @Override
  public void close() {
    meters.forEach(registry::remove);
  }
}
