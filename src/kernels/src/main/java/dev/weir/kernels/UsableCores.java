package dev.weir.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Cores that this process may compute on: those of its affinity mask, threads that share a core
 * counted once, since they share its multipliers too, and no more than its control group's quota of
 * processor time, rounded to the nearest whole number.
 *
 * <p>The JVM rounds a quota up: with 1.1 processors two threads would stand still in half of each
 * period of 100 ms. Rounded down, with 1.9 one thread would leave half unused.
 */
final class UsableCores {
  private final Path root;

  /**
   * @param root of the file system, which tests replace
   */
  UsableCores(Path root) {
    this.root = root;
  }

  /** At least 1, and at most as many as the JVM counts. */
  static int count() {
    return new UsableCores(Path.of("/")).count(Runtime.getRuntime().availableProcessors());
  }

  /**
   * At least 1.
   *
   * @param processors that the JVM counts
   */
  int count(int processors) {
    int cores = cores();
    int most = cores == 0 ? processors : Math.min(processors, cores);
    return Math.clamp(Math.round(quota()), 1, Math.max(1, most));
  }

  /** Cores of the affinity mask; 0 if the system does not tell. */
  private int cores() {
    Set<String> cores = new HashSet<>();
    for (int processor : allowed()) {
      String topology = "sys/devices/system/cpu/cpu" + processor + "/topology/thread_siblings_list";
      List<String> siblings = lines(topology);
      if (siblings.isEmpty()) {
        return 0;
      }
      cores.add(siblings.getFirst());
    }
    return cores.size();
  }

  /** Numbers of processors: the system writes {@code 0-3,8,10-11}. */
  private List<Integer> allowed() {
    return lines("proc/self/status").stream()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .flatMap(list -> List.of(list.split(",")).stream())
        .filter(range -> range.matches("\\d{1,6}(-\\d{1,6})?"))
        .flatMap(UsableCores::numbers)
        .toList();
  }

  private static Stream<Integer> numbers(String range) {
    String[] ends = range.split("-");
    int first = Integer.parseInt(ends[0]);
    int last = Integer.parseInt(ends[ends.length - 1]);
    return IntStream.rangeClosed(first, last).boxed();
  }

  /** Processors that the control group and those above it may use; infinity without a limit. */
  private double quota() {
    double least = Double.POSITIVE_INFINITY;
    for (String line : lines("proc/self/cgroup")) {
      String[] fields = line.split(":", 3); // number, controllers, path
      if (fields.length < 3) {
        continue;
      }
      boolean unified = fields[1].isEmpty();
      if (!unified && !List.of(fields[1].split(",")).contains("cpu")) {
        continue;
      }
      Path top = root.resolve(unified ? "sys/fs/cgroup" : "sys/fs/cgroup/" + fields[1]);
      // In a container the path may be the host's: then what is mounted is the group itself.
      Path group = top.resolve(fields[2].substring(1)).normalize();
      for (; group != null && group.startsWith(top); group = group.getParent()) {
        least = Math.min(least, unified ? unifiedQuota(group) : olderQuota(group));
      }
    }
    return least;
  }

  /** {@code 150000 100000}, microseconds in a period, or {@code max 100000}. */
  private static double unifiedQuota(Path group) {
    List<String> limit = lines(group.resolve("cpu.max"));
    return limit.isEmpty() ? Double.POSITIVE_INFINITY : quota(limit.getFirst().split(" "));
  }

  private static double olderQuota(Path group) {
    List<String> quota = lines(group.resolve("cpu.cfs_quota_us"));
    List<String> period = lines(group.resolve("cpu.cfs_period_us"));
    return quota.isEmpty() || period.isEmpty()
        ? Double.POSITIVE_INFINITY
        : quota(quota.getFirst(), period.getFirst());
  }

  private static double quota(String... microseconds) {
    for (String number : microseconds) {
      if (!number.matches("\\d{1,15}")) { // max, or -1
        return Double.POSITIVE_INFINITY;
      }
    }
    double period = microseconds.length < 2 ? 0 : Double.parseDouble(microseconds[1]);
    return period == 0 ? Double.POSITIVE_INFINITY : Double.parseDouble(microseconds[0]) / period;
  }

  private List<String> lines(String file) {
    return lines(root.resolve(file));
  }

  /** None if it cannot be read: not every system has it. */
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
