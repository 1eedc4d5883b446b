package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.text.Checkpoint;
import dev.weir.torch.QualityReport;
import dev.weir.torch.SmolLm2;
import org.junit.jupiter.api.Test;

/** What the default setting loses on a real model, against float32 on the file's own values. */
class KernelQualityTest {
  @Test
  void theFilesOwnValuesCostLittle() {
    TestingKernels.get();
    try (KernelLanguageModel reference = load(KernelPrecision.F32);
        KernelLanguageModel model = load(KernelPrecision.AUTO)) {
      QualityReport report = QualityReport.compare(reference, model, SmolLm2.windows(), 256);
      assertThat(report.tokens()).isEqualTo(6 * 256);
      assertThat(report.klDivergence()).isBetween(1e-6, 0.004);
      assertThat(report.sameTop1()).isGreaterThan(0.95);
    }
  }

  private static KernelLanguageModel load(KernelPrecision precision) {
    try (Checkpoint checkpoint = SmolLm2.open()) {
      return KernelLanguageModel.load(
          checkpoint, TestingKernels.F32.withPrecision(precision).withMaxContext(512));
    }
  }
}
