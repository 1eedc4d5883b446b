package dev.weir.bench.image;

import java.util.List;
import java.util.Map;

/** A trained network that draws portraits, as it is served. */
interface Drawer extends AutoCloseable {
  /** {@code pixel}, {@code vae}. */
  String family();

  /**
   * Draws a picture for each condition; what a picture becomes depends on its own condition and
   * seed alone.
   *
   * @param conditions what is said, as {@link dev.weir.train.portrait.TrainingPortraits#condition}:
   *     [pictures][attributes]
   * @param seeds [pictures]
   * @param temperature 0 for what is most probable, 1 for what was learned
   * @return places in the palette, row by row: [pictures][256]
   */
  List<byte[]> draw(List<int[]> conditions, long[] seeds, double temperature);

  /**
   * The temperature that everything is drawn with unless another is asked for; chosen on validation
   * pictures.
   */
  double temperature();

  /** Whether the most probable picture is another sampler that is reported beside the usual one. */
  boolean reportsGreedy();

  /**
   * Lower bounds of ln p(picture | condition) in nats, the tightest last.
   *
   * @return by the name of the bound, {@code exact} where it is none: [pictures]; empty for a
   *     family that gives pictures no probability
   */
  Map<String, double[]> likelihoods(List<int[]> conditions, List<byte[]> pictures);

  @Override
  void close();
}
