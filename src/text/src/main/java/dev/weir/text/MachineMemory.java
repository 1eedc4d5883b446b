package dev.weir.text;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory of this machine, or of the container that this process is in. */
public final class MachineMemory {
  private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable: +(\\d+) kB");
  private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal: +(\\d+) kB");

  private MachineMemory() {}

  /** Memory that nothing uses, in bytes. */
  public static long availableBytes() {
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
