package dev.weir.bench.image;

import dev.weir.train.portrait.PortraitFamily;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is measured.
 *
 * @param families that draw; none for all that are there
 * @param pictures of each kind of caption
 * @param split {@link Use#VALIDATION} where settings are chosen, {@link Use#TEST_PICTURES} for
 *     results, which unseen pairs belong to
 * @param models folder with those of the families and of the judge; null for the built-in ones
 * @param temperature of all families; null for each family's own
 * @param sheets folder for pictures; null for none
 */
public record QualityOptions(
    List<PortraitFamily> families,
    int pictures,
    Use split,
    @Nullable Path models,
    @Nullable Double temperature,
    @Nullable Path sheets) {
  /** Fewer tell nothing. */
  public static final int LEAST_PICTURES = 16;

  /** Many more than tell anything. */
  public static final int MOST_PICTURES = 1 << 17;

  public QualityOptions {
    families = List.copyOf(families);
    if (pictures < LEAST_PICTURES || pictures > MOST_PICTURES) {
      throw new IllegalArgumentException(
          "%d pictures, must be from %d to %d".formatted(pictures, LEAST_PICTURES, MOST_PICTURES));
    }
    if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
      throw new IllegalArgumentException(
          "temperature is %s, must be from 0 to 2".formatted(temperature));
    }
  }
}
