package dev.weir.textworker;

import dev.weir.engine.ComputeLease;
import dev.weir.engine.EngineClock;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.Outcome;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.engine.TextListener;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenSpan;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.Checkpoints;
import dev.weir.text.Tokenizer;
import dev.weir.text.template.ChatTemplate;
import dev.weir.text.template.ChatTemplateException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model that is loaded, warm and ready to answer, with its engine. */
final class TextModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TextModel.class);
  private static final int WARM_UP_PROMPT = 32;
  private static final int WARM_UP_TOKENS = 8;

  private final String name;
  private final Checkpoint checkpoint;
  private final Description description;
  private final EngineMeters meters;
  private final TextEngine engine;
  private final List<Served> served = new ArrayList<>();

  /**
   * What a model card tells beside the limits.
   *
   * @param chat whether the model takes messages
   */
  record Description(String family, String precision, String backend, boolean chat) {}

  /**
   * What is served under a name of its own: the model as it is, or with an adapter.
   *
   * @param numericsId with the same one it gives the same tokens
   */
  record Served(String name, String numericsId, TextGenerator generator) {}

  private TextModel(
      String name,
      Checkpoint checkpoint,
      ServedModel loaded,
      TextWorkerConfig config,
      Duration defaultDeadline,
      MeterRegistry registry) {
    this.name = name;
    this.checkpoint = checkpoint;
    Tokenizer tokenizer = tokenizer(checkpoint);
    PromptEncoder encoder =
        new PromptEncoder(tokenizer, template(checkpoint), checkpoint.specialTokens());
    description =
        new Description(
            checkpoint.config().family().name().toLowerCase(Locale.ROOT),
            loaded.precision(),
            loaded.backend(),
            encoder.chat());
    ModelLimits limits = loaded.model().limits();
    meters = new EngineMeters(registry, name, description, limits.contextLength());
    if (loaded.model() instanceof KernelLanguageModel kernels) {
      meters.watchThreads(kernels::threads);
    }
    engine =
        new TextEngine(
            loaded.model(),
            tokenizer::bytes,
            new TextEngineConfig(
                config.stepTokens(),
                // what is taken under every name
                Math.max(
                    config.maxWaiting(),
                    (1 + limits.adapters()) * TextWorker.intake(config, limits.slots())),
                config.maxWaitingTokens(),
                tokenizer.stripsLeadingSpace(),
                config.speculation()),
            meters,
            EngineClock.SYSTEM,
            ComputeLease.of(config.device()));
    serve(name, limits.numericsId(), 0, encoder, defaultDeadline);
    for (ServedModel.Adapter adapter : loaded.adapters()) {
      String numericsId = adapter.numericsId(limits.numericsId());
      serve(adapter.name(), numericsId, served.size(), encoder, defaultDeadline);
    }
  }

  private void serve(
      String as, String numericsId, int adapter, PromptEncoder encoder, Duration defaultDeadline) {
    Tokenizer tokenizer = tokenizer(checkpoint);
    Set<Integer> ends =
        checkpoint.endOfSequence().stream()
            .filter(id -> id >= 0 && id < engine.limits().vocabulary())
            .collect(Collectors.toUnmodifiableSet());
    served.add(
        new Served(
            as,
            numericsId,
            new TextGenerator(
                engine,
                encoder,
                tokenizer::bytes,
                ends,
                adapter,
                defaultDeadline,
                InstantSource.system())));
  }

  /**
   * Loads the model of the configuration and warms it up.
   *
   * @param defaultDeadline of requests that name none
   * @throws CheckpointException if the checkpoint is damaged or not supported; the message says why
   * @throws IllegalArgumentException if the configuration asks for what the device does not have
   * @throws IllegalStateException if the model does not answer
   */
  static TextModel load(TextWorkerConfig config, Duration defaultDeadline, MeterRegistry registry) {
    long start = System.nanoTime();
    Checkpoint checkpoint = Checkpoints.open(config.model());
    try {
      ServedModel served = ServedModel.load(checkpoint, config);
      TextModel loaded = of(checkpoint, served, config, defaultDeadline, registry);
      LOG.info(
          "model {} ({}, {}, {}, {} slots of {} tokens) is ready after {} ms",
          loaded.name,
          loaded.description.family(),
          served.precision(),
          served.backend(),
          served.model().limits().slots(),
          served.model().limits().contextLength(),
          (System.nanoTime() - start) / 1_000_000);
      return loaded;
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  /** Starts an engine on a model that is loaded, and warms it up; owns both from now on. */
  static TextModel of(
      Checkpoint checkpoint,
      ServedModel served,
      TextWorkerConfig config,
      Duration defaultDeadline,
      MeterRegistry registry) {
    TextModel text;
    try {
      text =
          new TextModel(
              config.name().orElse(checkpoint.name()),
              checkpoint,
              served,
              config,
              defaultDeadline,
              registry);
    } catch (RuntimeException e) {
      served.model().close();
      throw e;
    }
    try {
      text.warmUp(config.warmUpTimeout());
      text.meters.count();
      return text;
    } catch (RuntimeException e) {
      text.engine.close();
      text.meters.close();
      throw e;
    }
  }

  private static Tokenizer tokenizer(Checkpoint checkpoint) {
    Tokenizer tokenizer = checkpoint.tokenizer();
    if (tokenizer == null) {
      throw new CheckpointException(
          checkpoint.name() + " has no tokenizer: put its tokenizer.json beside the weights");
    }
    return tokenizer;
  }

  private static @Nullable ChatTemplate template(Checkpoint checkpoint) {
    String source = checkpoint.chatTemplate();
    if (source == null) {
      return null;
    }
    try {
      return ChatTemplate.compile(source);
    } catch (ChatTemplateException e) {
      throw new CheckpointException(
          "the chat template of " + checkpoint.name() + " is wrong: " + e.getMessage(), e);
    }
  }

  /**
   * The first steps of a process are slow: they happen here, not in somebody's answer. And the
   * engine learns what outputs and tokens of prompts cost before a prompt comes beside outputs.
   */
  private void warmUp(Duration limit) {
    for (double temperature : new double[] {0, 1}) { // arg max, and whole rows of logits
      Outcome outcome = run(warmUpPrompt(temperature == 0 ? 0 : 1), temperature, limit);
      if (outcome.error() != null) {
        throw new IllegalStateException(
            "model " + name + " does not answer: " + outcome.error().getMessage(), outcome.error());
      }
    }
  }

  /** Prompts with different first tokens: none is found in the cache. */
  private int[] warmUpPrompt(int first) {
    ModelLimits limits = engine.limits();
    int length = Math.min(WARM_UP_PROMPT, limits.contextLength() / 2);
    int[] prompt = new int[Math.max(1, length)];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = (first + i) % limits.vocabulary();
    }
    return prompt;
  }

  private Outcome run(int[] prompt, double temperature, Duration limit) {
    CompletableFuture<Outcome> end = new CompletableFuture<>();
    engine
        .submit(
            new TextRequest(
                "warm-up",
                prompt,
                SamplingParameters.builder(WARM_UP_TOKENS).temperature(temperature).build(),
                0,
                Instant.now().plus(limit)),
            new TextListener() {
              @Override
              public void onTokens(TokenSpan span) {}

              @Override
              public void onFinished(Outcome outcome) {
                end.complete(outcome);
              }
            })
        .proceed(new int[0]);
    try {
      return end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "model " + name + " has not answered within " + limit.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing completes exceptionally here", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while model " + name + " warmed up", e);
    }
  }

  String name() {
    return name;
  }

  Description description() {
    return description;
  }

  TextEngine engine() {
    return engine;
  }

  /** What answers requests to the model as it is. */
  TextGenerator generator() {
    return served.getFirst().generator();
  }

  /** The model as it is, and then its adapters. */
  List<Served> served() {
    return List.copyOf(served);
  }

  /** Ends what runs with an error: close what hands requests over first. */
  @Override
  public void close() {
    engine.close();
    meters.close();
    checkpoint.close();
  }
}
