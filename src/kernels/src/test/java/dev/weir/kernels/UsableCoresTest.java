package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as Linux has them, of machines that are not here. */
final class UsableCoresTest {
  @TempDir Path root;

  /** Eight processors, of which 0 and 4, 1 and 5, ... are one core each. */
  @BeforeEach
  void eightThreadsOnFourCores() throws IOException {
    for (int i = 0; i < 8; i++) {
      write(
          "sys/devices/system/cpu/cpu" + i + "/topology/thread_siblings_list",
          "%d,%d%n".formatted(i % 4, i % 4 + 4));
    }
    affinity("0-7");
  }

  private void write(String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  private void affinity(String processors) throws IOException {
    write(
        "proc/self/status",
        "Name:\tjava\nCpus_allowed:\tff\nCpus_allowed_list:\t" + processors + "\n");
  }

  private int count(int processors) {
    return new UsableCores(root).count(processors);
  }

  @Test
  void threadsThatShareACoreCountOnce() {
    assertThat(count(8)).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0,4|1", "0-1|2", "0,2-3,7|3", "4-7|4"})
  void onlyCoresOfTheAffinityMaskCount(String processors, int cores) throws IOException {
    affinity(processors);
    assertThat(count(8)).isEqualTo(cores);
  }

  @Test
  void theJvmsOwnCountIsTheMost() {
    assertThat(count(3)).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "150000 100000,2",
    "140000 100000,1",
    "20000 100000,1",
    "250000 100000,3",
    "900000 100000,4",
    "max 100000,4",
    "damaged,4"
  })
  void aQuotaIsRoundedToTheNearest(String limit, int cores) throws IOException {
    write("proc/self/cgroup", "0::/pods/weir\n");
    write("sys/fs/cgroup/pods/weir/cpu.max", limit + "\n");
    assertThat(count(8)).isEqualTo(cores);
  }

  @Test
  void theQuotaOfAGroupAboveCounts() throws IOException {
    write("proc/self/cgroup", "0::/pods/weir\n");
    write("sys/fs/cgroup/pods/weir/cpu.max", "max 100000\n");
    write("sys/fs/cgroup/pods/cpu.max", "200000 100000\n");
    assertThat(count(8)).isEqualTo(2);
  }

  /** The path is the host's, and what is mounted is the container's own group. */
  @Test
  void aContainersOwnGroupIsMountedAtTheTop() throws IOException {
    write("proc/self/cgroup", "0::/kubepods/pod1/container2\n");
    write("sys/fs/cgroup/cpu.max", "300000 100000\n");
    assertThat(count(8)).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"150000,2", "-1,4"})
  void theOlderFilesAreReadToo(String quota, int cores) throws IOException {
    write("proc/self/cgroup", "4:memory:/m\n3:cpuset:/\n1:cpu,cpuacct:/weir\n0::/\n");
    write("sys/fs/cgroup/cpu,cpuacct/weir/cpu.cfs_quota_us", quota + "\n");
    write("sys/fs/cgroup/cpu,cpuacct/weir/cpu.cfs_period_us", "100000\n");
    assertThat(count(8)).isEqualTo(cores);
  }

  @Test
  void aSystemThatTellsNothingHasWhatTheJvmCounts() {
    assertThat(new UsableCores(root.resolve("nothing")).count(6)).isEqualTo(6);
  }

  @Test
  void thisMachineHasOneAtLeast() {
    assertThat(UsableCores.count()).isBetween(1, Runtime.getRuntime().availableProcessors());
  }
}
