package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.text.ModelConfig;
import dev.weir.torch.TestingTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariantTest {
  /** Says what the kernels of a process are, after a step of a model. */
  static final class Program {
    private Program() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
      ModelConfig config = TestingArchitectures.any(new Random(12));
      String obstacle = KernelLanguageModel.obstacle(config);
      if (!obstacle.isEmpty()) {
        System.out.print(obstacle);
        return;
      }
      try (KernelLanguageModel model =
          KernelLanguageModel.load(
              TestingTensors.random(config, 1).checkpoint(config), TestingKernels.F32)) {
        model.step(
            List.of(
                new SequenceSlice(0, new int[] {1}, new int[] {0}, List.of(LogitsQuery.WHOLE))));
        System.out.print(model.instructions());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void theEnvironmentForcesEveryVariantThatTheProcessorHas(Variant variant)
      throws IOException, InterruptedException {
    NativeKernels kernels = TestingKernels.get();
    String said = run(variant.label());
    if (kernels.has(variant)) {
      assertThat(said).isEqualTo(variant.label());
    } else {
      assertThat(said)
          .startsWith(
              "the kernels cannot be loaded: WEIR_KERNELS is %s, this processor has portable"
                  .formatted(variant.label()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"avx1024", "AVX2", " "})
  void anUnknownNameIsToldWithTheKnownOnes(String name) throws IOException, InterruptedException {
    TestingKernels.get();
    assertThat(run(name))
        .isEqualTo(
            "the kernels cannot be loaded: WEIR_KERNELS is '%s',".formatted(name)
                + " must be portable, avx2, avxvnni or avx512vnni");
  }

  private static String run(String forced) throws IOException, InterruptedException {
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName());
    program.environment().put("WEIR_KERNELS", forced);
    program.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = program.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return said;
  }

  @Test
  void nothingForcedIsTheBestThatTheProcessorHas() {
    NativeKernels kernels = TestingKernels.get();
    List<Variant> here = Arrays.stream(Variant.values()).filter(kernels::has).toList();
    assertThat(kernels.chosen(null)).isEqualTo(here.getLast());
    assertThat(kernels.chosen("")).isEqualTo(here.getLast());
  }

  @Test
  void everyVariantThatIsThereCanBeForced() {
    for (Variant variant : TestingKernels.variants().toList()) {
      assertThat(TestingKernels.with(variant).chosen(variant.label())).isEqualTo(variant);
    }
  }

  @Test
  void aVariantThatIsNotThereIsToldWithThoseThatAre() {
    for (Variant variant : Variant.values()) {
      if (!TestingKernels.get().has(variant)) {
        assertThatThrownBy(() -> TestingKernels.get().chosen(variant.label()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith(
                "WEIR_KERNELS is %s, this processor has portable".formatted(variant.label()));
      }
    }
  }

  /** Where the processor has only one of both encodings, the library for tests has the other. */
  @Test
  void avxVnniIsTestedWhereverItsInstructionIs() {
    if (TestingKernels.get().has(Variant.AVX512VNNI)) {
      assertThat(TestingKernels.variants()).contains(Variant.AVXVNNI);
    }
  }
}
