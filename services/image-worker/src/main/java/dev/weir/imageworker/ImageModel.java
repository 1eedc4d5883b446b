package dev.weir.imageworker;

import dev.weir.engine.ComputeLease;
import dev.weir.engine.EngineClock;
import dev.weir.engine.LanguageModel;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.image.draw.Drawn;
import dev.weir.image.draw.PictureEngine;
import dev.weir.image.draw.PictureListener;
import dev.weir.image.draw.PictureRequest;
import dev.weir.image.draw.StepEngine;
import dev.weir.image.draw.StepNetwork;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.kernels.KernelOptions;
import dev.weir.kernels.KernelPrecision;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.torch.Precision;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import dev.weir.train.TrainedWeights;
import dev.weir.train.masked.MaskedDiffusionConfig;
import dev.weir.train.masked.TrainedMaskedDiffusion;
import dev.weir.train.pixel.PixelTransformerConfig;
import dev.weir.train.portrait.TrainingPortraits;
import dev.weir.train.vae.TrainedVae;
import dev.weir.train.vae.VaeConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model that is loaded, warm and ready to draw, with its engine.
 *
 * @param name what clients call it: its family
 * @param temperature of requests that name none
 * @param numericsId with the same one it draws the same pictures
 */
record ImageModel(
    String name,
    MeteredEngine engine,
    double temperature,
    String precision,
    String backend,
    String numericsId)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageModel.class);
  private static final int STEP_TOKENS = 512;
  private static final int DIGEST_DIGITS = 16;

  /**
   * Loads a model and draws a picture, for the first steps of a process are slow.
   *
   * @param folder with what {@code weir train} has left, or is built in
   * @throws IllegalArgumentException if it cannot be used; the message says why
   * @throws IllegalStateException if it does not draw
   */
  static ImageModel load(
      ImageFamily family, Path folder, ImageWorkerConfig config, MeterRegistry registry)
      throws IOException {
    long start = System.nanoTime();
    ImageModel model =
        switch (family) {
          case PIXEL -> pixel(folder, config, registry);
          case VAE -> stepped(family, vae(folder, config), folder, config, registry);
          case DIFFUSION -> stepped(family, diffusion(folder, config), folder, config, registry);
        };
    try {
      model.warmUp(config.warmUpTimeout());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    model.engine.count();
    LOG.info(
        "model {} ({}, {}, {} slots) is ready after {} ms",
        model.name,
        model.precision,
        model.backend,
        model.engine.slots(),
        (System.nanoTime() - start) / 1_000_000);
    return model;
  }

  private static ImageModel pixel(Path folder, ImageWorkerConfig config, MeterRegistry registry) {
    PortraitDesign design = PortraitDesign.builtIn();
    LanguageModel model;
    String backend;
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      if (config.device().equals("cpu")
          && KernelLanguageModel.obstacle(checkpoint.config()).isEmpty()) {
        KernelLanguageModel kernels =
            KernelLanguageModel.load(
                checkpoint,
                KernelOptions.defaults()
                    .withPrecision(KernelPrecision.F32)
                    .withSlots(config.slots())
                    .withThreads(KernelOptions.AUTO_THREADS));
        backend = "kernels-cpu-" + kernels.instructions();
        model = kernels;
      } else {
        model =
            TorchLanguageModel.load(
                    checkpoint,
                    TorchOptions.defaults()
                        .withPrecision(Precision.F32)
                        .withDevice(config.device())
                        .withSlots(config.slots()))
                .closedAtExit();
        backend = "torch-" + config.device();
      }
    }
    String numericsId = model.limits().numericsId();
    ImageMeters meters = new ImageMeters(ImageFamily.PIXEL.word(), registry);
    TextEngine engine =
        new TextEngine(
            model,
            token -> new byte[0],
            new TextEngineConfig(
                STEP_TOKENS,
                config.maxWaiting(),
                (config.maxWaiting() + config.slots()) * design.attributes().size(),
                false,
                false),
            meters,
            EngineClock.SYSTEM,
            ComputeLease.of(config.device()));
    PictureEngine pixels =
        new PixelEngine(
            engine,
            PixelTransformerConfig.portraits(TrainingPortraits.attributeValues(design)),
            design.palette());
    return new ImageModel(
        ImageFamily.PIXEL.word(),
        new MeteredEngine(pixels, meters),
        ImageFamily.PIXEL.temperature(),
        "f32",
        backend,
        numericsId);
  }

  private static StepNetwork vae(Path folder, ImageWorkerConfig config) {
    PortraitDesign design = PortraitDesign.builtIn();
    List<Integer> values = TrainingPortraits.attributeValues(design);
    return new VaeNetwork(
        TrainedVae.open(VaeConfig.portraits(values), folder, config.device()),
        design.palette(),
        config.slots(),
        values.stream().mapToInt(Integer::intValue).toArray());
  }

  private static StepNetwork diffusion(Path folder, ImageWorkerConfig config) {
    PortraitDesign design = PortraitDesign.builtIn();
    MaskedDiffusionConfig sizes =
        MaskedDiffusionConfig.portraits(TrainingPortraits.attributeValues(design));
    return new MaskedNetwork(
        TrainedMaskedDiffusion.open(sizes, folder, config.device()),
        design.palette(),
        config.slots(),
        sizes.pixels());
  }

  /** With a network that libtorch computes in float32. */
  private static ImageModel stepped(
      ImageFamily family,
      StepNetwork network,
      Path folder,
      ImageWorkerConfig config,
      MeterRegistry registry)
      throws IOException {
    String name = family.word();
    ImageMeters meters = new ImageMeters(name, registry);
    PictureEngine engine =
        new StepEngine(
            name,
            network,
            config.maxWaiting(),
            EngineClock.SYSTEM,
            meters,
            ComputeLease.of(config.device()));
    String backend = "torch-" + config.device();
    String digest = sha256(folder.resolve(TrainedWeights.FILE)).substring(0, DIGEST_DIGITS);
    return new ImageModel(
        name,
        new MeteredEngine(engine, meters),
        family.temperature(),
        "f32",
        backend,
        digest + "-f32-" + backend);
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(java.nio.file.Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private void warmUp(Duration limit) {
    CompletableFuture<Drawn> end = new CompletableFuture<>();
    PortraitDesign design = PortraitDesign.builtIn();
    engine
        .draw(
            new PictureRequest(
                "warm-up",
                TrainingPortraits.attributeValues(design).stream()
                    .mapToInt(Integer::intValue)
                    .toArray(),
                0,
                temperature,
                new PictureRequest.Source.None(),
                0,
                Instant.now().plus(limit),
                "warm-up",
                0),
            new PictureListener() {
              @Override
              public void onAdmitted() {}

              @Override
              public void onPreview(int step, int steps, int[] argb) {}

              @Override
              public void onEnded(Drawn drawn) {
                end.complete(drawn);
              }
            })
        .proceed();
    try {
      Drawn drawn = end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!(drawn instanceof Drawn.Picture)) {
        throw new IllegalStateException("model " + name + " does not draw: " + drawn);
      }
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "model " + name + " has not drawn within " + limit.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing completes exceptionally here", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while model " + name + " warmed up", e);
    }
  }

  /** Ends what runs with an error: close what hands requests over first. */
  @Override
  public void close() {
    engine.close();
  }
}
