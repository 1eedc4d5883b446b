package dev.weir.bench.text;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.kernels.KernelLanguageModel;
import dev.weir.kernels.KernelOptions;
import dev.weir.text.Checkpoint;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Activation;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.config.RopeScaling;
import java.util.List;

/** Models that are small, and one that no machine has memory for. */
final class TestingShapes {
  static final ModelShape SMALL = new ModelShape("small", "s", llama(128, 64));
  static final ModelShape HUGE = new ModelShape("huge", "h", llama(1 << 30, 1 << 20));

  private TestingShapes() {}

  private static ModelConfig llama(int vocabulary, int hidden) {
    return new ModelConfig(
        Family.LLAMA,
        vocabulary,
        hidden,
        96,
        2,
        2,
        1,
        32,
        1_024,
        1e-5,
        new RopeScaling.Unscaled().rope(10_000, 32, 1_024),
        List.of(0, 0),
        Activation.SILU,
        true,
        false,
        false,
        false,
        false,
        false,
        null);
  }

  /** As a worker loads a model on two threads; skips the test where it would not use kernels. */
  static OwnModel onKernels(Checkpoint checkpoint, int slots) {
    assumeTrue(KernelLanguageModel.obstacle(checkpoint.config()).isEmpty());
    KernelOptions options =
        KernelOptions.defaults().withSlots(slots).withMaxContext(1_024).withThreads(2);
    return new OwnModel(KernelLanguageModel.load(checkpoint, options), "kernels-cpu", "groups");
  }
}
