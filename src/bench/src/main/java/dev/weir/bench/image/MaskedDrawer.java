package dev.weir.bench.image;

import dev.weir.image.portrait.PortraitDesign;
import dev.weir.train.masked.MaskedDiffusionConfig;
import dev.weir.train.masked.MaskedPicture;
import dev.weir.train.masked.TrainedMaskedDiffusion;
import dev.weir.train.portrait.TrainingPortraits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The masked diffusion model: pictures join and leave between evaluations of the network. */
final class MaskedDrawer implements SteppedDrawer {
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

  @Override
  public void steps(List<int[]> conditions, long seed, int steps) {
    List<MaskedPicture> drawn = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      while (drawn.size() < conditions.size()) {
        drawn.add(
            MaskedPicture.unknown(
                conditions.get(drawn.size()), seed + step, 1, AREA, MaskedPicture.EVALUATIONS));
      }
      network.step(drawn);
      drawn.removeIf(MaskedPicture::whole);
    }
  }

  @Override
  public Map<String, double[]> likelihoods(List<int[]> conditions, List<byte[]> pictures) {
    double[] bounds = new double[pictures.size()];
    Arrays.setAll(bounds, p -> network.bound(conditions.get(p), pictures.get(p), SETS, p));
    return Map.of("bound", bounds);
  }

  @Override
  public void close() {
    network.close();
  }
}
