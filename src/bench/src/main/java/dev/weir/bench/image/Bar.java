package dev.weir.bench.image;

import java.util.List;
import java.util.Optional;

/**
 * What a figure has to reach.
 *
 * @param family of the network; {@code real} for real pictures
 * @param figure its name
 * @param least whether more is better
 * @param bound in the figure's unit
 */
record Bar(String family, String figure, boolean least, double bound) {
  private static final List<Bar> ALL =
      List.of(
          new Bar("real", "attributes.full", true, 98.5),
          new Bar("pixel", "attributes.full", true, 98),
          new Bar("pixel", "attributes.partial", true, 97),
          new Bar("pixel", "legal.partial", true, 75),
          new Bar("pixel", "legal.empty", true, 70),
          new Bar("pixel", "exact.greedy", true, 95),
          new Bar("pixel", "pairs.exact.greedy", true, 75),
          new Bar("pixel", "nats.empty.exact", false, 28.6),
          new Bar("vae", "attributes.full", true, 94),
          new Bar("vae", "attributes.partial", true, 91),
          new Bar("vae", "pixels.full", true, 98.9),
          new Bar("vae", "reconstruction.pixels", true, 98),
          new Bar("vae", "latent.nats", true, 15));

  static Optional<Bar> of(String family, Figure figure) {
    return ALL.stream()
        .filter(bar -> bar.family.equals(family) && bar.figure.equals(figure.name()))
        .findFirst();
  }

  boolean met(Figure measured) {
    double value = measured.estimate().value();
    return least ? value >= bound : value <= bound;
  }

  /** In two words. */
  String kind() {
    return least ? "at least" : "at most";
  }
}
