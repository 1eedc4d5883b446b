package dev.weir.imageworker;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The stores that a setting can name. */
final class PictureStores {
  private PictureStores() {}

  /**
   * The store of a worker, or null.
   *
   * @throws IllegalArgumentException if it is no place that pictures can be kept in
   * @throws IllegalStateException if it cannot be reached
   */
  static @Nullable PictureStore open(ImageWorkerConfig config) {
    URI uri = config.store().orElse(null);
    if (uri == null) {
      return null;
    }
    return switch (String.valueOf(uri.getScheme())) {
      case "file" -> new FolderStore(folder(uri));
      case "s3" ->
          S3Store.open(
              S3Store.Place.of(
                  uri, config.storeEndpoint(), config.storeRegion(), config.storeLinkFor()));
      default -> throw wrong(uri);
    };
  }

  private static Path folder(URI uri) {
    try {
      return Path.of(uri);
    } catch (IllegalArgumentException e) { // a host, a query
      throw wrong(uri);
    }
  }

  private static IllegalArgumentException wrong(URI uri) {
    return new IllegalArgumentException(
        "weir.image-worker.store is %s; it must be a folder such as file:///var/lib/weir/pictures, or a bucket such as s3://pictures"
            .formatted(uri));
  }
}
