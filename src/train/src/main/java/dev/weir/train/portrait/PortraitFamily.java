package dev.weir.train.portrait;

import dev.weir.image.portrait.PortraitDesign;
import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainingState;
import dev.weir.train.Batches;
import dev.weir.train.Evaluation;
import dev.weir.train.Objective;
import dev.weir.train.TrainingOptions;
import dev.weir.train.TrainingOptions.Length;
import dev.weir.train.caption.CaptionBatches;
import dev.weir.train.caption.CaptionExport;
import dev.weir.train.caption.CaptionReport;
import dev.weir.train.caption.CaptionTransformer;
import dev.weir.train.caption.CaptionTransformerConfig;
import dev.weir.train.judge.Judge;
import dev.weir.train.judge.JudgeConfig;
import dev.weir.train.masked.MaskedDiffusion;
import dev.weir.train.masked.MaskedDiffusionConfig;
import dev.weir.train.pixel.PixelExport;
import dev.weir.train.pixel.PixelTransformer;
import dev.weir.train.pixel.PixelTransformerConfig;
import dev.weir.train.vae.LatentReport;
import dev.weir.train.vae.Vae;
import dev.weir.train.vae.VaeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The networks that draw portraits, the one that judges them and the one that writes captions of
 * them, each with its recipe.
 */
public enum PortraitFamily {
  /** Autoregressive pixels. */
  PIXEL(32, 2e-3, 60, new AdamW(0.9, 0.98, 1e-8, 0.01, 1, 0.999), new Quick(60, 1.9)),
  /** Variational autoencoder. */
  VAE(64, 1e-3, 200, new AdamW(0.9, 0.99, 1e-8, 0.01, 1, 0.999), new Quick(200, 1.8)),
  /** Absorbing diffusion over palette indices. */
  DIFFUSION(32, 2e-3, 60, new AdamW(0.9, 0.98, 1e-8, 0.01, 1, 0.999), new Quick(60, 2.6)),
  /** Reads what a portrait shows; draws nothing. */
  JUDGE(64, 1e-3, 200, new AdamW(0.9, 0.99, 1e-8, 0.01, 1, 0.999), new Quick(200, 1.4)),
  /** Goes on with half-written captions, of which a batch has rows of several. */
  TEXT(16, 2e-3, 60, new AdamW(0.9, 0.98, 1e-8, 0.01, 1, 0.999), new Quick(120, 1.8));

  /**
   * A run that shows within a minute or so that learning works.
   *
   * @param steps of it
   * @param bound which the loss on what is held out is below then. Nats a pixel, of which a network
   *     that knows nothing has log 256 = 5.55; of a judge nats an attribute, of which it has 2.1;
   *     of captions nats a token, of which it has log 768 = 6.64
   */
  public record Quick(long steps, double bound) {}

  /** Folder of a checkpoint that services load, beside the trained file. */
  public static final String SERVED = "served";

  private static final long CHECKPOINT_EVERY = 500;

  private static final String NOTHING_SAID = "divergence_nothing_said";

  /** Nats; what a portrait has in all is 28. */
  private static final int LEAST_DIVERGENCE = 15;

  private final int batch;
  private final double peakRate;
  private final long warmUpSteps;
  private final AdamW optimizer;
  private final Quick quick;

  PortraitFamily(int batch, double peakRate, long warmUpSteps, AdamW optimizer, Quick quick) {
    this.batch = batch;
    this.peakRate = peakRate;
    this.warmUpSteps = warmUpSteps;
    this.optimizer = optimizer;
    this.quick = quick;
  }

  /** Whether it draws portraits. */
  public boolean draws() {
    return switch (this) {
      case PIXEL, VAE, DIFFUSION -> true;
      case JUDGE, TEXT -> false;
    };
  }

  /** Its quick run. */
  public Quick quick() {
    return quick;
  }

  /** Pictures, or rows of captions, of a batch. */
  public int batch() {
    return batch;
  }

  /**
   * The network and its loss.
   *
   * @param seed of what is drawn while it learns
   */
  public Objective objective(long seed) {
    return switch (this) {
      case PIXEL -> new PixelTransformer(pixelConfig());
      case VAE -> new Vae(vaeConfig(), seed);
      case DIFFUSION ->
          new MaskedDiffusion(MaskedDiffusionConfig.portraits(attributeValues()), seed);
      case JUDGE -> new Judge(JudgeConfig.portraits(attributeValues()));
      case TEXT -> new CaptionTransformer(CaptionTransformerConfig.portraits());
    };
  }

  private static PixelTransformerConfig pixelConfig() {
    return PixelTransformerConfig.portraits(attributeValues());
  }

  private static VaeConfig vaeConfig() {
    return VaeConfig.portraits(attributeValues());
  }

  private static List<Integer> attributeValues() {
    return TrainingPortraits.attributeValues(PortraitDesign.builtIn());
  }

  /**
   * Writes what a service loads, where that is not the trained file as it is.
   *
   * @param weights trained, by the names of their parameters
   * @param recipe how they were made
   */
  public void export(
      Map<String, HostTensor.Floats> weights, Map<String, String> recipe, Path folder)
      throws IOException {
    switch (this) {
      case PIXEL -> PixelExport.write(pixelConfig(), weights, recipe, folder.resolve(SERVED));
      case TEXT ->
          CaptionExport.write(
              CaptionTransformerConfig.portraits(), weights, recipe, folder.resolve(SERVED));
      case VAE, DIFFUSION, JUDGE -> {}
    }
  }

  /**
   * What beside the loss tells whether a network has learned what it should, by name.
   *
   * @param weights trained
   * @param options they were trained with
   * @param folder that {@link #export} has written to
   * @param use of the pictures that captions are of
   * @param batches of pictures; of captions as many as these have pictures
   * @return for the autoencoder the divergence with captions that say nothing, nats a picture, and
   *     the number of latent coordinates that tell something; for captions the likelihood of whole
   *     ones, and the share of half-written ones that are completed well; else nothing
   */
  public Map<String, Double> report(
      TrainingState weights,
      TrainingOptions options,
      Path folder,
      PortraitSplit.Use use,
      int batches)
      throws IOException {
    long seed = options.seed();
    return switch (this) {
      case PIXEL, DIFFUSION, JUDGE -> Map.of();
      case VAE -> {
        try (TrainableModule module = Evaluation.open(objective(seed), options, weights)) {
          TrainingPortraits pictures = portraits(PortraitSplit.Use.VALIDATION, seed);
          LatentReport report = LatentReport.of(vaeConfig(), module, pictures, batches);
          Map<String, Double> figures = new LinkedHashMap<>();
          figures.put(NOTHING_SAID, report.divergence());
          figures.put("active_units", (double) report.activeUnits());
          yield figures;
        }
      }
      case TEXT -> {
        CaptionReport report = new CaptionReport(use, seed, batches * batch);
        int positions = CaptionTransformerConfig.portraits().blocks().positions();
        try (TrainableModule module = Evaluation.open(objective(seed), options, weights)) {
          Map<String, Double> figures = new LinkedHashMap<>(report.likelihood(module, positions));
          figures.putAll(report.completed(folder.resolve(SERVED)));
          yield figures;
        }
      }
    };
  }

  /** What is wrong with a whole run that ended with these figures of {@link #report}; or empty. */
  public String flaw(Map<String, Double> figures) {
    double divergence = figures.getOrDefault(NOTHING_SAID, Double.MAX_VALUE);
    return divergence >= LEAST_DIVERGENCE
        ? ""
        : String.format(
            Locale.ROOT,
            "the posterior has collapsed: with captions that say nothing the latent vector carries"
                + " %.1f nats, less than %d",
            divergence,
            LEAST_DIVERGENCE);
  }

  /**
   * The recipe.
   *
   * @param bfloat16 where the processor multiplies it fast
   */
  public TrainingOptions options(Length length, long seed, boolean bfloat16) {
    return new TrainingOptions(
        optimizer, peakRate, warmUpSteps, length, seed, bfloat16, CHECKPOINT_EVERY);
  }

  /** What the family learns from, or is tried on, in batches of the recipe's size. */
  public Batches batches(PortraitSplit.Use use, long seed) {
    return switch (this) {
      case PIXEL, VAE, DIFFUSION, JUDGE -> portraits(use, seed);
      case TEXT ->
          new CaptionBatches(
              use, seed, batch, CaptionTransformerConfig.portraits().blocks().positions());
    };
  }

  /** Pictures in batches of the recipe's size. */
  public TrainingPortraits portraits(PortraitSplit.Use use, long seed) {
    return new TrainingPortraits(PortraitDesign.builtIn(), use, seed, batch);
  }
}
