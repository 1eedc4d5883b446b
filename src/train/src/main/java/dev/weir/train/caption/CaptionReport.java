package dev.weir.train.caption;

import dev.weir.engine.EngineClock;
import dev.weir.engine.EngineMetrics;
import dev.weir.engine.FinishReason;
import dev.weir.engine.Outcome;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.engine.TextListener;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenSpan;
import dev.weir.image.portrait.CaptionReader;
import dev.weir.image.portrait.PortraitWords;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.text.Tokenizer;
import dev.weir.torch.Precision;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What a trained model makes of captions of pictures that it has not learned from. */
public final class CaptionReport {
  /** Captions of a call. */
  private static final int ROWS = 16;

  private static final int SLOTS = 16;

  private final PortraitCaptions captions;
  private final int count;

  /**
   * Nothing is computed yet.
   *
   * @param use whose captions
   * @param count of them
   */
  public CaptionReport(Use use, long seed, int count) {
    this.captions = new PortraitCaptions(use, seed);
    this.count = count;
  }

  /**
   * The mean over whole captions of -ln p, the end among their tokens.
   *
   * @param module of {@link CaptionTransformer#program}
   * @return {@code nats_a_caption}, the {@code nats_a_caption_floor} of {@link CaptionOdds}, {@code
   *     nats_a_token}, {@code tokens_a_caption}
   */
  public Map<String, Double> likelihood(TrainableModule module, int positions) {
    BytePairs.Encoder encoder = new BytePairs.Encoder(CaptionTokenizer.pairs());
    double nats = 0;
    double floor = 0;
    long tokens = 0;
    for (int first = 0; first < count; first += ROWS) {
      int[] rows = new int[ROWS * (positions + 1)]; // all ends: what is behind a caption is others'
      int[] lengths = new int[ROWS];
      for (int row = 0; row < Math.min(ROWS, count - first); row++) {
        int[] ids = encoder.encode(captions.at(first + row));
        System.arraycopy(ids, 0, rows, row * (positions + 1) + 1, ids.length);
        lengths[row] = ids.length + 1;
        floor -= captions.logProbability(first + row);
        tokens += lengths[row];
      }
      float[] found =
          module
              .call(
                  "log_probabilities",
                  Map.of(
                      CaptionTransformer.TOKENS,
                      new HostTensor.Integers(List.of(ROWS, positions + 1), rows)),
                  Weights.AVERAGED)
              .getFirst()
              .values();
      for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < lengths[row]; i++) {
          nats -= found[row * positions + i];
        }
      }
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("nats_a_caption", nats / count);
    figures.put("nats_a_caption_floor", floor / count);
    figures.put("nats_a_token", nats / tokens);
    figures.put("tokens_a_caption", (double) tokens / count);
    return figures;
  }

  /**
   * The shares of captions, cut off behind half of their characters, that the model completes well,
   * as the text engine serves it in float32; see {@link Completion#good}.
   *
   * @param served folder of {@link CaptionExport}
   * @return {@code completed_sampled} at temperature 1, {@code completed_greedy} at 0
   */
  public Map<String, Double> completed(Path served) {
    try (Checkpoint checkpoint = Checkpoints.open(served)) {
      Tokenizer tokenizer = Objects.requireNonNull(checkpoint.tokenizer());
      TorchLanguageModel model =
          TorchLanguageModel.load(
              checkpoint, TorchOptions.defaults().withPrecision(Precision.F32).withSlots(SLOTS));
      TextEngineConfig config = new TextEngineConfig(512, count, Integer.MAX_VALUE, false, false);
      Map<String, Double> figures = new LinkedHashMap<>();
      try (TextEngine engine =
          new TextEngine(model, tokenizer::bytes, config, EngineMetrics.NONE, EngineClock.SYSTEM)) {
        int context = model.limits().contextLength();
        figures.put("completed_sampled", share(completions(engine, tokenizer, context, 1)));
        figures.put("completed_greedy", share(completions(engine, tokenizer, context, 0)));
      }
      return figures;
    }
  }

  private static double share(List<Completion> completions) {
    CaptionReader reader = new CaptionReader(PortraitWords.builtIn());
    double good = completions.stream().filter(completion -> completion.good(reader)).count();
    return good / completions.size();
  }

  private List<Completion> completions(
      TextEngine engine, Tokenizer tokenizer, int context, double temperature) {
    SamplingParameters sampling =
        SamplingParameters.builder(context)
            .temperature(temperature)
            .stopTokens(Set.of(BytePairs.END_ID))
            .build();
    List<CompletableFuture<Completion>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String caption = captions.at(i);
      Writing writing = new Writing(caption.substring(0, caption.length() / 2));
      int[] prompt = tokenizer.encode(writing.given, true);
      engine
          .submit(new TextRequest("caption-" + i, prompt, sampling, i, Instant.MAX), writing)
          .proceed(new int[0]);
      all.add(writing.end);
    }
    return all.stream().map(CompletableFuture::join).toList();
  }

  /** An output under way. */
  private static final class Writing implements TextListener {
    final CompletableFuture<Completion> end = new CompletableFuture<>();
    private final String given;
    private final StringBuilder added = new StringBuilder();

    Writing(String given) {
      this.given = given;
    }

    @Override
    public void onTokens(TokenSpan span) {
      added.append(span.text());
    }

    @Override
    public void onFinished(Outcome outcome) {
      if (outcome.error() != null) {
        end.completeExceptionally(outcome.error());
        return;
      }
      added.append(outcome.text());
      boolean ended = outcome.reason() == FinishReason.STOP;
      end.complete(new Completion(given, added.toString(), ended));
    }
  }
}
