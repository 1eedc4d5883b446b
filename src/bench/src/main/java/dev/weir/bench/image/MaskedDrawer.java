package dev.weir.bench.image;

import dev.weir.image.portrait.PortraitDesign;
import dev.weir.train.Noise;
import dev.weir.train.masked.MaskedDiffusionConfig;
import dev.weir.train.masked.MaskedPicture;
import dev.weir.train.masked.TrainedMaskedDiffusion;
import dev.weir.train.portrait.TrainingPortraits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The masked diffusion model: pictures join and leave between evaluations of the network. */
final class MaskedDrawer implements Drawer {
  private static final int AREA = PortraitDesign.SIDE * PortraitDesign.SIDE;

  /** Pictures that are drawn together. */
  private static final int SLOTS = 16;

  /** Sets of unknown pixels for the bound of each picture, their sizes spread evenly. */
  private static final int SETS = 32;

  private final TrainedMaskedDiffusion network;

  /**
   * Opens it.
   *
   * @param folder with its weights
   */
  MaskedDrawer(PortraitDesign design, Path folder) {
    network =
        TrainedMaskedDiffusion.open(
            MaskedDiffusionConfig.portraits(TrainingPortraits.attributeValues(design)),
            folder,
            "cpu");
  }

  @Override
  public String family() {
    return "diffusion";
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
    List<MaskedPicture> all = new ArrayList<>();
    for (int i = 0; i < seeds.length; i++) {
      all.add(
          MaskedPicture.unknown(
              conditions.get(i), seeds[i], temperature, AREA, MaskedPicture.EVALUATIONS));
    }
    List<MaskedPicture> drawn = new ArrayList<>();
    int next = 0;
    while (next < all.size() || !drawn.isEmpty()) {
      for (; drawn.size() < SLOTS && next < all.size(); next++) {
        drawn.add(all.get(next));
      }
      network.step(drawn);
      drawn.removeIf(MaskedPicture::whole);
    }
    return all.stream().map(MaskedPicture::places).toList();
  }

  /** The bound that it learns by, with random sets of unknown pixels. */
  @Override
  public Map<String, double[]> likelihoods(List<int[]> conditions, List<byte[]> pictures) {
    double[] bounds = new double[pictures.size()];
    for (int p = 0; p < bounds.length; p++) {
      SplittableRandom random = Noise.random(p, 0);
      for (int from = 0; from < SETS; from += SLOTS) {
        List<boolean[]> unknown = new ArrayList<>();
        int[] sizes = new int[SLOTS];
        for (int s = 0; s < SLOTS; s++) {
          sizes[s] = 1 + (int) ((from + s + random.nextDouble()) / SETS * AREA);
          unknown.add(set(random, sizes[s]));
        }
        float[] found =
            network.logProbabilities(
                Collections.nCopies(SLOTS, conditions.get(p)),
                Collections.nCopies(SLOTS, pictures.get(p)),
                unknown);
        for (int s = 0; s < SLOTS; s++) {
          double sum = 0;
          for (int i = 0; i < AREA; i++) {
            sum += unknown.get(s)[i] ? found[s * AREA + i] : 0;
          }
          bounds[p] += sum / sizes[s] * AREA / SETS;
        }
      }
    }
    return Map.of("bound", bounds);
  }

  private static boolean[] set(SplittableRandom random, int size) {
    boolean[] set = new boolean[AREA];
    int left = size;
    for (int i = 0; i < AREA; i++) {
      if (random.nextInt(AREA - i) < left) {
        set[i] = true;
        left--;
      }
    }
    return set;
  }

  @Override
  public void close() {
    network.close();
  }
}
