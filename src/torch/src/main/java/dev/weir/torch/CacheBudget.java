package dev.weir.torch;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import dev.weir.engine.LanguageModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many cache blocks there are, and how long a sequence may be.
 *
 * @param context most tokens of one sequence
 * @param blocks of {@link LanguageModel#BLOCK_TOKENS} tokens
 */
record CacheBudget(int context, int blocks) {
  /** The other half is for activations, the Java heap and other processes. */
  private static final double SHARE = 0.5;

  private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable: +(\\d+) kB");
  private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal: +(\\d+) kB");

  private static final int LEAST_CONTEXT = 16;

  /**
   * Chooses both.
   *
   * @param modelContext positions that the model was made for
   * @param bytesPerToken keys and values of one position
   * @param availableBytes memory that is free
   * @return blocks for as many sequences of {@code options.maxContext()} (else of the model's) as
   *     there are slots, or as many as the memory holds that may be used
   * @throws IllegalArgumentException if not even one sequence fits; the message says how much it
   *     would take
   */
  static CacheBudget of(
      TorchOptions options, int modelContext, long bytesPerToken, long availableBytes) {
    int asked = options.maxContext();
    if (asked > modelContext) {
      throw new IllegalArgumentException(
          "maxContext is %d, the model was made for %d positions".formatted(asked, modelContext));
    }
    long share = (long) (availableBytes * SHARE);
    if (options.kvMemory() > availableBytes) {
      throw new IllegalArgumentException(
          "kvMemory is %,d bytes, but only %,d bytes of memory are free"
              .formatted(options.kvMemory(), availableBytes));
    }
    long budget = options.kvMemory() > 0 ? options.kvMemory() : share;
    long fits = budget / (bytesPerToken * LanguageModel.BLOCK_TOKENS);
    int wanted = asked == 0 ? Math.min(modelContext, LEAST_CONTEXT) : asked;
    if (fits < Math.ceilDiv(wanted, LanguageModel.BLOCK_TOKENS)) {
      throw new IllegalArgumentException(
          ("a sequence of %d tokens needs %,d bytes of cache, %,d bytes of memory are left for it;"
                  + " lower maxContext or raise kvMemory")
              .formatted(wanted, wanted * bytesPerToken, budget));
    }
    int context =
        asked == 0 ? (int) Math.min(modelContext, fits * LanguageModel.BLOCK_TOKENS) : asked;
    long useful = (long) options.slots() * Math.ceilDiv(context, LanguageModel.BLOCK_TOKENS);
    return new CacheBudget(context, (int) Math.min(Math.min(fits, useful), Integer.MAX_VALUE));
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
