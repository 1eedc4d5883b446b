package dev.weir.bench.image;

import dev.weir.train.portrait.PortraitFamily;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What of the speed of models that draw is measured.
 *
 * @param families empty: all that there are
 * @param models folder of runs of {@code weir train}; null: what is part of the build
 * @param rounds through both sides in turn that count; figures are medians of them
 * @param pictures that are asked for over HTTP for the memory
 * @param threads of PyTorch
 * @param python that has PyTorch; empty: it takes no part
 * @param served where a Weir answers that serves the families, and its process; null: it is not
 *     measured
 */
public record SpeedOptions(
    List<PortraitFamily> families,
    @Nullable Path models,
    int rounds,
    int pictures,
    int threads,
    Optional<Path> python,
    @Nullable Served served) {
  public SpeedOptions {
    families = List.copyOf(families);
  }

  /**
   * A Weir that runs.
   *
   * @param pid of its process, for its memory
   */
  public record Served(URI address, long pid) {}
}
