package dev.weir.bench.image;

import dev.weir.bench.peer.LocalServer;
import dev.weir.train.portrait.PortraitFamily;
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
 * @param served starts a Weir, when all else is measured, for it takes time even when it idles;
 *     null: it is not measured
 */
public record SpeedOptions(
    List<PortraitFamily> families,
    @Nullable Path models,
    int rounds,
    int pictures,
    int threads,
    Optional<Path> python,
    @Nullable Starter served) {
  public SpeedOptions {
    families = List.copyOf(families);
  }

  /** Starts a Weir that serves the families. */
  public interface Starter {
    /** Starts it; the caller closes it. */
    LocalServer start() throws InterruptedException;
  }
}
