package dev.weir.bench.image;

import dev.weir.train.BuiltInModels;
import dev.weir.train.TrainedWeights;
import dev.weir.train.portrait.PortraitFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where trained networks lie: in a folder of runs of {@code weir train}, or in the build. */
final class ModelFolders implements AutoCloseable {
  private final @Nullable Path root;
  private final Map<PortraitFamily, BuiltInModels> open = new EnumMap<>(PortraitFamily.class);

  /**
   * @param root with a folder of each family's name, of which the judge's may be missing; null for
   *     what is part of the build
   */
  ModelFolders(@Nullable Path root) {
    this.root = root;
  }

  static String name(PortraitFamily family) {
    return family.name().toLowerCase(Locale.ROOT);
  }

  boolean has(PortraitFamily family) {
    return root == null
        ? BuiltInModels.has(name(family))
        : Files.exists(inRoot(root, family).resolve(TrainedWeights.FILE));
  }

  /**
   * The folder that a network is opened from.
   *
   * @throws IllegalArgumentException if it is not there
   */
  Path of(PortraitFamily family) throws IOException {
    boolean own = family == PortraitFamily.JUDGE && !has(family); // one judge is as good for all
    if (root != null && !own) {
      Path folder = inRoot(root, family);
      if (!has(family)) {
        throw new IllegalArgumentException(
            "%s has no %s: it is no run of weir train %s that has ended"
                .formatted(folder, TrainedWeights.FILE, name(family)));
      }
      return folder;
    }
    BuiltInModels models = open.get(family);
    if (models == null) {
      models = BuiltInModels.open(name(family));
      open.put(family, models);
    }
    return models.folder();
  }

  /** What is served is beside the trained file, or it is all that there is. */
  private static Path inRoot(Path root, PortraitFamily family) {
    Path folder = root.resolve(name(family));
    Path served = folder.resolve(PortraitFamily.SERVED);
    return Files.isDirectory(served) ? served : folder;
  }

  @Override
  public void close() {
    open.values().forEach(BuiltInModels::close);
  }
}
