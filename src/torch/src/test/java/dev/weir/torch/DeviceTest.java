package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weir.text.MachineMemory;
import dev.weir.torch.Arithmetic.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is refused of a device that is not there, and what is asked of one that is. */
class DeviceTest {
  private static final TorchOptions GPU = TestingConfigs.OPTIONS.withDevice("cuda:0");

  @Test
  void aGpuThatIsNotThereIsRefusedInOneLine() {
    assumeFalse(Files.exists(Path.of("/dev/nvidiactl")), "skipped: there is a GPU");
    var checkpoint = TestingTensors.random(TestingConfigs.small(), 1);
    assertThatThrownBy(
            () -> TorchLanguageModel.load(checkpoint.checkpoint(TestingConfigs.small()), GPU))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("device cuda:0 cannot be used: ")
        .hasMessageContaining("NVIDIA driver")
        .message()
        .hasLineCount(1);
  }

  @Test
  void aLibtorchWithoutCudaIsRefusedInOneLine() {
    assumeFalse(TestingConfigs.onGpu(), "skipped: this libtorch has CUDA");
    assertThatThrownBy(() -> DeviceProbe.check("cuda:0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot use device cuda:0")
        .hasMessageContaining("PYTORCH_LIBRARY_PATH")
        .message()
        .hasLineCount(1);
  }

  @Test
  void int8OnAGpuIsRefusedBeforeTheDeviceIsLookedFor() {
    assertThatThrownBy(() -> ArithmeticChoice.of(GPU.withPrecision(Precision.INT8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("precision INT8 runs on the CPU; cuda:0 takes BF16 or F32");
  }

  @Test
  void aGpuComputesInBfloat16UnlessAskedOtherwise() {
    assertThat(ArithmeticChoice.of(GPU.withPrecision(Precision.AUTO)).kind())
        .isEqualTo(Kind.BFLOAT16_PLAIN);
    assertThat(ArithmeticChoice.of(GPU.withPrecision(Precision.F32)).kind())
        .isEqualTo(Kind.FLOAT32);
  }

  @Test
  void whatADeviceHasFreeIsMoreThanNothingAndNoMoreThanThereIs() {
    String device = TestingConfigs.OPTIONS.device();
    assertThat(DeviceMemory.availableBytes(device)).isBetween(1L << 20, 1L << 45);
    if (device.equals("cpu")) {
      assertThat(DeviceMemory.availableBytes(device))
          .isCloseTo(
              MachineMemory.availableBytes(), org.assertj.core.data.Percentage.withPercentage(50));
    }
  }
}
