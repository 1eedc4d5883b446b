package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MachineTest {
  @Test
  void theFlagsThatDecideTheSpeedAreKept() {
    Machine machine =
        Machine.parse(
            List.of(
                "processor\t: 0",
                "model name\t: AMD EPYC",
                "flags\t\t: fpu vme avx2 syscall avx512f avx512_vnni fsrm",
                "",
                "processor\t: 1",
                "model name\t: another"),
            "amd64",
            2);
    assertThat(machine)
        .isEqualTo(new Machine("AMD EPYC", List.of("avx2", "avx512f", "avx512_vnni"), 2));
    assertThat(machine.describe()).contains("AMD EPYC, 2 cores", "avx512_vnni");
  }

  @Test
  void aMachineThatTellsNothingIsNamedByItsArchitecture() {
    assertThat(Machine.parse(List.of(), "aarch64", 4))
        .isEqualTo(new Machine("aarch64", List.of(), 4));
  }
}
