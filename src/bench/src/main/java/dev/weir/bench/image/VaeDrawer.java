package dev.weir.bench.image;

import dev.weir.image.portrait.PortraitDesign;
import dev.weir.train.Batches;
import dev.weir.train.Noise;
import dev.weir.train.PictureTensors;
import dev.weir.train.portrait.TrainingPortraits;
import dev.weir.train.vae.Gaussians;
import dev.weir.train.vae.LatentReport;
import dev.weir.train.vae.TrainedVae;
import dev.weir.train.vae.Vae;
import dev.weir.train.vae.VaeConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The variational autoencoder: a latent vector from the prior that the caption gives, its deviation
 * times the temperature, and of each pixel the most probable colour.
 */
final class VaeDrawer implements LatentDrawer {
  /** Logits of a picture are 256 KiB. */
  private static final int BATCH = 64;

  /** Samples of the latent vector for each picture; the tightest bound is of all of them. */
  private static final int SAMPLES = 64;

  private static final List<Integer> BOUNDS = List.of(8, SAMPLES);

  private final int[] nothing;
  private final TrainedVae vae;

  /**
   * Opens it.
   *
   * @param folder with its weights
   */
  VaeDrawer(PortraitDesign design, Path folder) {
    List<Integer> values = TrainingPortraits.attributeValues(design);
    nothing = values.stream().mapToInt(Integer::intValue).toArray();
    vae = TrainedVae.open(VaeConfig.portraits(values), folder);
  }

  @Override
  public String family() {
    return "vae";
  }

  @Override
  public double temperature() {
    return 1;
  }

  @Override
  public boolean reportsGreedy() {
    return false;
  }

  @Override
  public List<byte[]> draw(List<int[]> conditions, long[] seeds, double temperature) {
    List<byte[]> pictures = new ArrayList<>();
    for (int from = 0; from < seeds.length; from += BATCH) {
      int to = Math.min(seeds.length, from + BATCH);
      int latent = vae.latent();
      float[] noise = new float[(to - from) * latent];
      for (int i = from; i < to; i++) {
        System.arraycopy(vae.noise(seeds[i]), 0, noise, (i - from) * latent, latent);
      }
      float[] means = new float[to - from];
      Arrays.fill(means, 1);
      float[] deviations = new float[to - from];
      Arrays.fill(deviations, (float) temperature);
      float[] base = new float[noise.length];
      pictures.addAll(vae.draw(conditions.subList(from, to), base, means, deviations, noise));
    }
    return pictures;
  }

  @Override
  public Map<String, double[]> likelihoods(List<int[]> conditions, List<byte[]> pictures) {
    double[][] weights = new double[pictures.size()][SAMPLES];
    for (int from = 0; from < pictures.size(); from += BATCH) {
      int to = Math.min(pictures.size(), from + BATCH);
      for (int sample = 0; sample < SAMPLES; sample++) {
        float[] noise =
            Noise.normal(from, sample, (to - from) * vae.latent()); // a seed for each batch
        float[] found =
            vae.logWeights(conditions.subList(from, to), pictures.subList(from, to), noise);
        for (int i = 0; i < found.length; i++) {
          weights[from + i][sample] = found[i];
        }
      }
    }
    return bounds(weights);
  }

  /** The evidence lower bound, and those of several samples: means over groups of samples. */
  private static Map<String, double[]> bounds(double[][] weights) {
    Map<String, double[]> bounds = new LinkedHashMap<>();
    bounds.put("elbo", means(weights, 1));
    BOUNDS.forEach(samples -> bounds.put("k" + samples, means(weights, samples)));
    return bounds;
  }

  private static double[] means(double[][] weights, int samples) {
    double[] means = new double[weights.length];
    int groups = SAMPLES / samples;
    for (int i = 0; i < means.length; i++) {
      for (int g = 0; g < groups; g++) {
        double[] group = Arrays.copyOfRange(weights[i], g * samples, (g + 1) * samples);
        means[i] += Gaussians.importanceBound(group) / groups;
      }
    }
    return means;
  }

  @Override
  public List<byte[]> reconstruct(List<byte[]> pictures) {
    List<byte[]> all = new ArrayList<>();
    for (int from = 0; from < pictures.size(); from += BATCH) {
      List<byte[]> batch = pictures.subList(from, Math.min(pictures.size(), from + BATCH));
      all.addAll(vae.decode(unsaid(batch.size()), posteriorMeans(batch)));
    }
    return all;
  }

  @Override
  public List<byte[]> between(byte[] first, byte[] last, int steps) {
    float[] ends = posteriorMeans(List.of(first, last));
    int latent = vae.latent();
    float[] z = new float[steps * latent];
    for (int i = 0; i < z.length; i++) {
      float share = (float) (i / latent) / (steps - 1);
      z[i] = (1 - share) * ends[i % latent] + share * ends[latent + i % latent];
    }
    return vae.decode(unsaid(steps), z);
  }

  @Override
  public LatentReport latents(List<byte[]> pictures) {
    Batches batches =
        step -> {
          int from = Math.toIntExact(step * BATCH);
          return Map.of(
              Vae.PIXELS,
              PictureTensors.pixels(
                  pictures.subList(from, Math.min(pictures.size(), from + BATCH))));
        };
    return vae.report(batches, Math.ceilDiv(pictures.size(), BATCH));
  }

  private List<int[]> unsaid(int pictures) {
    return Collections.nCopies(pictures, nothing);
  }

  private float[] posteriorMeans(List<byte[]> pictures) {
    return vae.posterior(unsaid(pictures.size()), pictures).means();
  }

  @Override
  public void close() {
    vae.close();
  }
}
