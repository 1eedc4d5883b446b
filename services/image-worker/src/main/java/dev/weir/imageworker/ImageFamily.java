package dev.weir.imageworker;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Families of models that draw; the temperatures were chosen on validation pictures. */
enum ImageFamily {
  PIXEL(1),
  VAE(1),
  DIFFUSION(1);

  private final double temperature;

  ImageFamily(double temperature) {
    this.temperature = temperature;
  }

  /** What it is called in settings and by clients. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  double temperature() {
    return temperature;
  }

  /**
   * What a setting names.
   *
   * @param folder where its files are; empty: built in
   */
  record Named(ImageFamily family, Optional<Path> folder) {
    /**
     * Reads {@code FAMILY} or {@code FAMILY=FOLDER}.
     *
     * @throws IllegalArgumentException if there is no such family
     */
    static Named of(String text) {
      int equals = text.indexOf('=');
      String word = equals < 0 ? text : text.substring(0, equals);
      @Nullable ImageFamily family =
          Arrays.stream(values()).filter(f -> f.word().equals(word)).findFirst().orElse(null);
      if (family == null) {
        throw new IllegalArgumentException(
            "no family of models that draw is named '%s'; there are %s"
                .formatted(
                    word,
                    Arrays.stream(values())
                        .map(ImageFamily::word)
                        .collect(Collectors.joining(", "))));
      }
      return new Named(
          family, equals < 0 ? Optional.empty() : Optional.of(Path.of(text.substring(equals + 1))));
    }
  }
}
