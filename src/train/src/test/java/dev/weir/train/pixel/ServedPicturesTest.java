package dev.weir.train.pixel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.engine.EngineClock;
import dev.weir.engine.EngineMetrics;
import dev.weir.engine.FinishReason;
import dev.weir.engine.Generation;
import dev.weir.engine.InvalidRequest;
import dev.weir.engine.LanguageModel;
import dev.weir.engine.Outcome;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.engine.TextListener;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenSpan;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.kernels.KernelOptions;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.torch.SequenceScorer;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.torch.train.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pictures that the text engine draws, and what the network that was trained makes of them. */
@Timeout(120)
final class ServedPicturesTest {
  private static final PixelTransformerConfig CONFIG =
      new PixelTransformerConfig(List.of(2, 3, 5), 8, 11, 32, 48, 2, 2, 16);
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.98, 1e-8, 0.01, 1, 0.99);
  private static final int PIXELS = 64;

  @TempDir Path folder;
  private TrainableModule trained; // set before each test

  @BeforeEach
  void export() throws IOException {
    trained = TrainableModule.open(new PixelTransformer(CONFIG).program(), OPTIMIZER, false, 3);
    // Large enough weights for pictures that are not grey, and exact in the file's 16 bits.
    Map<String, HostTensor.Floats> weights = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(4);
    trained
        .state()
        .averaged()
        .forEach((name, tensor) -> {
          float[] values = new float[tensor.values().length];
          for (int i = 0; i < values.length; i++) {
            double value = tensor.values()[i] + 0.3 * random.nextGaussian();
            values[i] = Float.float16ToFloat(Float.floatToFloat16((float) value));
          }
          weights.put(name, new HostTensor.Floats(tensor.shape(), values));
        });
    trained.load(TrainingState.ofWeights(weights));
    PixelExport.write(CONFIG, weights, Map.of("seed", "3"), folder);
  }

  @AfterEach
  void close() {
    trained.close();
  }

  /** What computes the pictures. */
  enum Backend {
    TORCH,
    KERNELS
  }

  private LanguageModel served(Backend backend, int slots) {
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      return switch (backend) {
        case TORCH ->
            TorchLanguageModel.load(
                checkpoint, TorchOptions.defaults().withSlots(slots).withThreads(1));
        case KERNELS -> {
          String obstacle = KernelLanguageModel.obstacle(checkpoint.config());
          assumeTrue(obstacle.isEmpty(), obstacle);
          yield KernelLanguageModel.load(checkpoint, KernelOptions.defaults().withSlots(slots));
        }
      };
    }
  }

  /** ln p of each pixel of a picture, by the network as it was trained. */
  private float[] likelihood(int[] condition, int[] picture) {
    return trained
        .call(
            "log_probabilities",
            Map.of(
                PixelTransformer.CONDITION,
                new HostTensor.Integers(List.of(1, condition.length), condition),
                PixelTransformer.PIXELS,
                new HostTensor.Integers(List.of(1, PIXELS), picture)),
            Weights.AVERAGED)
        .getFirst()
        .values();
  }

  private static int[] randomPicture(long seed) {
    return new SplittableRandom(seed).ints(PIXELS, 0, CONFIG.colours()).toArray();
  }

  /** The output of one request, and ln p of its tokens. */
  private static final class Drawn implements TextListener {
    final List<Integer> pixels = new ArrayList<>();
    final List<Float> logprobs = new ArrayList<>();
    final CompletableFuture<Outcome> end = new CompletableFuture<>();
    final CompletableFuture<Integer> cached = new CompletableFuture<>();

    @Override
    public void onTokens(TokenSpan span) {
      Arrays.stream(span.ids()).forEach(pixels::add);
      span.logprobs().forEach(logprob -> logprobs.add(logprob.logprob()));
      cached.complete(span.cachedTokens());
    }

    @Override
    public void onFinished(Outcome outcome) {
      end.complete(outcome);
    }

    Drawn await() throws Exception {
      assertThat(end.get(100, TimeUnit.SECONDS).reason()).isEqualTo(FinishReason.LENGTH);
      return this;
    }

    int[] picture() {
      return pixels.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  private static Drawn draw(
      TextEngine engine, int[] condition, double temperature, int... emitted) {
    Drawn drawn = new Drawn();
    Generation generation =
        engine.submit(
            new TextRequest(
                "r",
                PixelExport.prompt(CONFIG, condition),
                SamplingParameters.builder(1_000).temperature(temperature).topLogprobs(0).build(),
                7,
                Instant.MAX),
            drawn);
    generation.proceed(emitted);
    return drawn;
  }

  private static TextEngine engine(LanguageModel model, int stepTokens) {
    TextEngineConfig config = new TextEngineConfig(stepTokens, 64, 1 << 16, false, true);
    return new TextEngine(
        model, token -> new byte[0], config, EngineMetrics.NONE, EngineClock.SYSTEM);
  }

  @ParameterizedTest
  @EnumSource
  void aWholePictureHasTheTrainersLikelihoodPixelByPixel(Backend backend) {
    int[] condition = {1, 3, 0}; // the second attribute is left out
    int[] picture = randomPicture(1);
    int[] prompt = PixelExport.prompt(CONFIG, condition);
    int[] sequence = Arrays.copyOf(prompt, prompt.length + PIXELS);
    System.arraycopy(picture, 0, sequence, prompt.length, PIXELS);
    try (LanguageModel model = served(backend, 1)) {
      double[] logprobs = SequenceScorer.score(model, sequence).logprobs();
      float[] expected = likelihood(condition, picture);
      double sum = 0;
      double expectedSum = 0;
      for (int i = 0; i < PIXELS; i++) {
        assertThat(logprobs[prompt.length - 1 + i])
            .as("pixel " + i)
            .isEqualTo(expected[i], within(2e-5));
        sum += logprobs[prompt.length - 1 + i];
        expectedSum += expected[i];
      }
      assertThat(sum).isEqualTo(expectedSum, within(3e-4)).isLessThan(-100);
    }
  }

  @ParameterizedTest
  @EnumSource
  void picturesThatAreDrawnTogetherInSmallStepsHaveTheTrainersLikelihoods(Backend backend)
      throws Exception {
    List<int[]> conditions =
        List.of(new int[] {0, 0, 0}, new int[] {2, 3, 5}, new int[] {1, 2, 4}, new int[] {0, 0, 0});
    try (TextEngine engine = engine(served(backend, 3), 4)) {
      List<Drawn> all = new ArrayList<>();
      for (int[] condition : conditions) {
        all.add(draw(engine, condition, 1));
      }
      for (int i = 0; i < all.size(); i++) {
        Drawn drawn = all.get(i).await();
        assertThat(drawn.pixels).hasSize(PIXELS).allMatch(pixel -> pixel < CONFIG.colours());
        float[] expected = likelihood(conditions.get(i), drawn.picture());
        for (int pixel = 0; pixel < PIXELS; pixel++) {
          assertThat(drawn.logprobs.get(pixel)).isEqualTo(expected[pixel], within(2e-5f));
        }
      }
      assertThat(all.get(3).pixels).isEqualTo(all.get(0).pixels); // the same caption and seed
      assertThat(all.get(1).pixels).isNotEqualTo(all.get(0).pixels);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theMostProbablePixelsAreThoseOfTheTrainer(Backend backend) throws Exception {
    int[] condition = {1, 1, 2};
    int[] expected = new int[PIXELS];
    for (int i = 0; i < PIXELS; i++) { // pixels behind i do not count: the mask sees to it
      float[] logits =
          trained
              .call(
                  "logits",
                  Map.of(
                      PixelTransformer.CONDITION,
                      new HostTensor.Integers(List.of(1, 3), condition),
                      PixelTransformer.PIXELS,
                      new HostTensor.Integers(List.of(1, PIXELS), expected.clone())),
                  Weights.AVERAGED)
              .getFirst()
              .values();
      for (int c = 0; c < CONFIG.colours(); c++) {
        if (logits[i * CONFIG.colours() + c] > logits[i * CONFIG.colours() + expected[i]]) {
          expected[i] = c;
        }
      }
    }
    try (TextEngine engine = engine(served(backend, 1), 512)) {
      assertThat(draw(engine, condition, 0).await().picture()).isEqualTo(expected);
      assertThat(Arrays.stream(expected).distinct().count()).isGreaterThan(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatAnotherWorkerHasDrawnIsGoneOnWith(Backend backend) throws Exception {
    int[] condition = {0, 2, 1};
    try (TextEngine engine = engine(served(backend, 2), 16)) {
      int[] whole = draw(engine, condition, 1).await().picture();
      for (int drawn : new int[] {1, 7, 8, 9, 33, 63}) {
        Drawn rest = draw(engine, condition, 1, Arrays.copyOf(whole, drawn)).await();
        assertThat(rest.picture()).isEqualTo(Arrays.copyOfRange(whole, drawn, PIXELS));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPictureThatIsFoundInTheCacheGoesOnAsIfItWereNot(Backend backend) throws Exception {
    int[] condition = {1, 0, 3};
    try (TextEngine engine = engine(served(backend, 2), 512)) {
      int[] whole = draw(engine, condition, 1).await().picture();
      // A prompt may hold pixels: the upper half of a picture, to be gone on with.
      int[] prompt = PixelExport.prompt(CONFIG, condition);
      int[] begun = Arrays.copyOf(prompt, prompt.length + PIXELS / 2);
      System.arraycopy(whole, 0, begun, prompt.length, PIXELS / 2);
      Drawn lower = new Drawn();
      engine
          .submit(
              new TextRequest(
                  "lower",
                  begun,
                  SamplingParameters.builder(1_000).temperature(0).topLogprobs(0).build(),
                  7,
                  Instant.MAX),
              lower)
          .proceed(new int[0]);
      lower.await();
      assertThat(lower.cached.get()).isGreaterThanOrEqualTo(32);
      int[] picture = Arrays.copyOf(whole, PIXELS);
      System.arraycopy(lower.picture(), 0, picture, PIXELS / 2, PIXELS / 2);
      float[] expected = likelihood(condition, picture);
      for (int i = 0; i < PIXELS / 2; i++) {
        assertThat(lower.logprobs.get(i)).isEqualTo(expected[PIXELS / 2 + i], within(2e-5f));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void penaltiesLeaveOutWhatOnlyAPromptHolds(Backend backend) throws Exception {
    try (TextEngine engine = engine(served(backend, 1), 512)) {
      Drawn drawn = new Drawn();
      engine
          .submit(
              new TextRequest(
                  "r",
                  PixelExport.prompt(CONFIG, new int[] {0, 0, 0}),
                  SamplingParameters.builder(1_000)
                      .repetitionPenalty(1.5)
                      .logitBias(Map.of(3, -100.0))
                      .build(),
                  7,
                  Instant.MAX),
              drawn)
          .proceed(new int[0]);
      assertThat(drawn.await().pixels).hasSize(PIXELS).doesNotContain(3);
    }
  }

  /** A prompt may hold anything that the model reads, wherever it likes. */
  @ParameterizedTest
  @EnumSource
  void aWordAmongTheCellsOfAPromptIsNoCellAboveAnother(Backend backend) throws Exception {
    int[] words = PixelExport.prompt(CONFIG, new int[] {0, 0, 0});
    int[] prompt = Arrays.copyOf(words, words.length + CONFIG.side());
    Arrays.fill(prompt, words.length, prompt.length, words[1]);
    try (TextEngine engine = engine(served(backend, 1), 512)) {
      Drawn drawn = new Drawn();
      engine
          .submit(
              new TextRequest(
                  "r", prompt, SamplingParameters.builder(1_000).build(), 7, Instant.MAX),
              drawn)
          .proceed(new int[0]);
      assertThat(drawn.await().pixels).hasSize(PIXELS - CONFIG.side());
      assertThat(draw(engine, new int[] {0, 0, 0}, 1).await().pixels).hasSize(PIXELS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPromptOfWhatIsNoTokenIsRefused(Backend backend) {
    try (TextEngine engine = engine(served(backend, 1), 512)) {
      int inputs = CONFIG.colours() + CONFIG.conditionTokens();
      assertThatThrownBy(() ->
              engine.submit(
                  new TextRequest(
                      "r",
                      new int[] {inputs},
                      SamplingParameters.builder(10).build(),
                      7,
                      Instant.MAX),
                  new Drawn()))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("vocabulary of " + inputs + " tokens");
    }
  }
}
