package dev.weir.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What a benchmark ran on.
 *
 * @param cpu its name as the system tells it
 * @param vectorFlags instruction sets that decide the speed of a model, as the system names them
 * @param cores that this process may use
 */
public record Machine(String cpu, List<String> vectorFlags, int cores) {
  private static final Set<String> FLAGS =
      Set.of(
          "avx2",
          "fma",
          "f16c",
          "avx_vnni",
          "avx512f",
          "avx512bw",
          "avx512vl",
          "avx512vbmi",
          "avx512_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_tile",
          "amx_int8",
          "amx_bf16",
          "asimd",
          "asimddp",
          "i8mm",
          "bf16",
          "sve",
          "sve2");

  /** Asks the system. */
  public static Machine current() {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
    } catch (IOException e) {
      lines = List.of(); // not Linux
    }
    return parse(lines, System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors());
  }

  /** Reads the first processor of {@code /proc/cpuinfo}. */
  static Machine parse(List<String> cpuinfo, String fallback, int cores) {
    String cpu = value(cpuinfo, "model name");
    String flags = value(cpuinfo, "flags") + " " + value(cpuinfo, "Features");
    List<String> vector = new ArrayList<>();
    for (String flag : Arrays.asList(flags.trim().split("\\s+"))) {
      if (FLAGS.contains(flag)) {
        vector.add(flag);
      }
    }
    return new Machine(cpu.isEmpty() ? fallback : cpu, vector, cores);
  }

  private static String value(List<String> cpuinfo, String key) {
    for (String line : cpuinfo) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equals(key)) {
        return line.substring(colon + 1).strip();
      }
    }
    return "";
  }

  /** A line for the head of a report; the load tells whether the machine was idle. */
  public String describe() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return "%s, %d cores, load %s, %s, Java %s"
        .formatted(
            cpu,
            cores,
            load < 0 ? "unknown" : "%.1f".formatted(load),
            vectorFlags.isEmpty() ? "no vector flags known" : String.join(" ", vectorFlags),
            Runtime.version().feature());
  }
}
