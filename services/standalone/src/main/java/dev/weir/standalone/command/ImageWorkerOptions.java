package dev.weir.standalone.command;

import dev.weir.imageworker.ImageWorkerConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How models that draw are run; what is not given comes from {@code WEIR_IMAGE_WORKER_…}. */
final class ImageWorkerOptions {
  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "pictures of a family that are drawn at the same time (default: 16)")
  @Nullable Integer slots;

  @Option(names = "--device", paramLabel = "DEVICE", description = "cpu (default), or cuda:0")
  @Nullable String device;

  @Option(
      names = "--store",
      paramLabel = "URI",
      description =
          "folder or bucket for pictures that are too large for a record: file:///a/folder, or"
              + " s3://BUCKET/PREFIX")
  @Nullable String store;

  /**
   * The settings.
   *
   * @param more given by other options
   * @param defaults of what neither options nor the environment say
   */
  ImageWorkerConfig config(
      List<String> families, Map<String, String> more, Map<String, String> defaults) {
    Map<String, String> settings = new HashMap<>(more);
    if (!families.isEmpty()) {
      // a comma separates, and paths may have one
      String list =
          String.join(",", families.stream().map(text -> text.replace(",", "\\,")).toList());
      settings.put("weir.image-worker.families", list);
    }
    put(settings, "slots", slots);
    put(settings, "device", device);
    put(settings, "store", store);
    return ImageWorkerConfig.load(settings, defaults);
  }

  private static void put(Map<String, String> settings, String name, @Nullable Object value) {
    if (value != null) {
      settings.put("weir.image-worker." + name, value.toString());
    }
  }
}
