package dev.weir.torch;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long sequences may be, given the memory that is left once the weights are loaded. */
final class CacheBudget {
  /** The other half is for activations, the Java heap and other processes. */
  private static final double SHARE = 0.5;

  private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable: +(\\d+) kB");
  private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal: +(\\d+) kB");

  private static final int LEAST_CONTEXT = 16;

  private CacheBudget() {}

  /**
   * Chooses the context length.
   *
   * @param modelContext positions that the model was made for
   * @param bytesPerToken keys and values of one position
   * @param availableBytes memory that is free
   * @return {@code options.maxContext()}, or as much of {@code modelContext} as fits
   * @throws IllegalArgumentException if it does not fit; the message says how much it would take
   */
  static int context(
      TorchOptions options, int modelContext, long bytesPerToken, long availableBytes) {
    long budget = (long) (availableBytes * SHARE);
    long fits = budget / (bytesPerToken * options.slots());
    int asked = options.maxContext();
    if (asked > modelContext) {
      throw new IllegalArgumentException(
          "maxContext is %d, the model was made for %d positions".formatted(asked, modelContext));
    }
    int wanted = asked == 0 ? (int) Math.min(modelContext, fits) : asked;
    int least = Math.min(LEAST_CONTEXT, modelContext);
    if (wanted > fits || wanted < least) {
      throw new IllegalArgumentException(
          ("%d slots of %d tokens need %,d bytes of cache, %,d bytes of memory are left for it;"
                  + " lower slots or maxContext")
              .formatted(
                  options.slots(),
                  Math.max(wanted, least),
                  Math.max(wanted, least) * bytesPerToken * options.slots(),
                  budget));
    }
    return wanted;
  }

  /** Memory of a device that nothing uses, in bytes. */
  static long availableBytes(String device) {
    if (device.startsWith("cuda")) {
      int index = Integer.parseInt(device.substring("cuda:".length()));
      MemoryUsage usage = CudaUtils.getGpuMemory(Device.gpu(index));
      return usage.getMax() - usage.getUsed();
    }
    OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    Path kernel = Path.of("/proc/meminfo");
    if (!Files.isReadable(kernel)) {
      return machine.getFreeMemorySize();
    }
    try {
      String figures = Files.readString(kernel);
      boolean contained = machine.getTotalMemorySize() < bytes(TOTAL, figures);
      // Only the bean knows a container's limit; only the kernel counts what caches would give up.
      return contained ? machine.getFreeMemorySize() : bytes(AVAILABLE, figures);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + kernel, e);
    }
  }

  private static long bytes(Pattern line, String figures) {
    Matcher matcher = line.matcher(figures);
    return matcher.find() ? 1024 * Long.parseLong(matcher.group(1)) : 0;
  }
}
