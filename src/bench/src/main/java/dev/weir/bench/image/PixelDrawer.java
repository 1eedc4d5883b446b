package dev.weir.bench.image;

import dev.weir.engine.EngineClock;
import dev.weir.engine.EngineMetrics;
import dev.weir.engine.FinishReason;
import dev.weir.engine.Generation;
import dev.weir.engine.LanguageModel;
import dev.weir.engine.Outcome;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.engine.TextListener;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenSpan;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.kernels.KernelOptions;
import dev.weir.kernels.KernelPrecision;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.torch.Precision;
import dev.weir.torch.SequenceScorer;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import dev.weir.train.pixel.PixelExport;
import dev.weir.train.pixel.PixelTransformerConfig;
import dev.weir.train.portrait.TrainingPortraits;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The pixel transformer on the text engine, in float32: a prompt says what is said, and the output
 * is the picture.
 */
final class PixelDrawer implements Drawer {
  private static final int AREA = PortraitDesign.SIDE * PortraitDesign.SIDE;

  /** Pictures that are drawn together. */
  private static final int SLOTS = 64;

  /** Pictures that are handed over together. */
  private static final int BATCH = 256;

  private static final int LIMIT_MINUTES = 30;
  private static final int STEP_TOKENS = 1024;

  private final PixelTransformerConfig config;
  private final TextEngine engine;
  private final LanguageModel scored;

  /**
   * Opens it.
   *
   * @param folder with the checkpoint that a worker serves
   */
  PixelDrawer(PortraitDesign design, Path folder) {
    config = PixelTransformerConfig.portraits(TrainingPortraits.attributeValues(design));
    engine =
        new TextEngine(
            load(folder, SLOTS),
            token -> new byte[0],
            new TextEngineConfig(STEP_TOKENS, BATCH, 1 << 18, false, false),
            EngineMetrics.NONE,
            EngineClock.SYSTEM);
    scored = load(folder, 1); // the engine's own belongs to its thread
  }

  private static LanguageModel load(Path folder, int slots) {
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      return KernelLanguageModel.obstacle(checkpoint.config()).isEmpty()
          ? KernelLanguageModel.load(
              checkpoint,
              KernelOptions.defaults()
                  .withPrecision(KernelPrecision.F32)
                  .withSlots(slots)
                  .withThreads(KernelOptions.AUTO_THREADS))
          : TorchLanguageModel.load(
              checkpoint, TorchOptions.defaults().withPrecision(Precision.F32).withSlots(slots));
    }
  }

  @Override
  public String family() {
    return "pixel";
  }

  @Override
  public double temperature() {
    return 1;
  }

  @Override
  public boolean reportsGreedy() {
    return true;
  }

  @Override
  public List<byte[]> draw(List<int[]> conditions, long[] seeds, double temperature) {
    SamplingParameters sampling = SamplingParameters.builder(AREA).temperature(temperature).build();
    List<byte[]> pictures = new ArrayList<>();
    for (int from = 0; from < seeds.length; from += BATCH) {
      List<Drawing> batch = new ArrayList<>();
      for (int i = from; i < Math.min(seeds.length, from + BATCH); i++) {
        Drawing drawing = new Drawing();
        int[] prompt = PixelExport.prompt(config, conditions.get(i));
        Generation generation =
            engine.submit(
                new TextRequest("picture-" + i, prompt, sampling, seeds[i], Instant.MAX), drawing);
        generation.proceed(new int[0]);
        batch.add(drawing);
      }
      batch.forEach(drawing -> pictures.add(drawing.await()));
    }
    return pictures;
  }

  /** Receives one picture. */
  private static final class Drawing implements TextListener {
    private final byte[] picture = new byte[AREA];
    private int drawn;
    private final CompletableFuture<byte[]> end = new CompletableFuture<>();

    @Override
    public void onTokens(TokenSpan span) {
      for (int pixel : span.ids()) {
        picture[drawn++] = (byte) pixel;
      }
    }

    @Override
    public void onFinished(Outcome outcome) {
      if (outcome.reason() == FinishReason.LENGTH && drawn == AREA) {
        end.complete(picture);
      } else {
        end.completeExceptionally(
            new IllegalStateException(
                "a picture ended with %s after %d pixels".formatted(outcome.reason(), drawn),
                outcome.error()));
      }
    }

    byte[] await() {
      try {
        return end.get(LIMIT_MINUTES, TimeUnit.MINUTES);
      } catch (ExecutionException e) {
        throw new IllegalStateException("the engine failed", e.getCause());
      } catch (TimeoutException e) {
        throw new IllegalStateException(
            "a picture has not ended within %d minutes".formatted(LIMIT_MINUTES), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while pictures are drawn", e);
      }
    }
  }

  @Override
  public Map<String, double[]> likelihoods(List<int[]> conditions, List<byte[]> pictures) {
    double[] found = new double[pictures.size()];
    for (int p = 0; p < found.length; p++) {
      int[] prompt = PixelExport.prompt(config, conditions.get(p));
      int[] sequence = Arrays.copyOf(prompt, prompt.length + AREA);
      for (int i = 0; i < AREA; i++) {
        sequence[prompt.length + i] = pictures.get(p)[i] & 255;
      }
      double[] logprobs = SequenceScorer.score(scored, sequence).logprobs();
      for (int i = prompt.length - 1; i < logprobs.length; i++) {
        found[p] += logprobs[i];
      }
    }
    return Map.of("exact", found);
  }

  @Override
  public void close() {
    engine.close();
    scored.close();
  }
}
