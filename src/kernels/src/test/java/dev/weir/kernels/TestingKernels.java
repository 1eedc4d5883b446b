package dev.weir.kernels;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weir.text.Checkpoint;
import dev.weir.text.lora.LoraAdapter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The compiled kernels, in every variant that this machine can run. */
final class TestingKernels {
  static final KernelOptions F32 =
      KernelOptions.defaults().withPrecision(KernelPrecision.F32).withSlots(8);

  private TestingKernels() {}

  /** The library; skips the test where there was no compiler. */
  static NativeKernels get() {
    String missing = NativeKernels.missing();
    if (!missing.isEmpty()) {
      if ("true".equals(System.getenv("WEIR_REQUIRE_ALL"))) {
        fail(missing);
      }
      abort("skipped: " + missing);
    }
    return NativeKernels.get();
  }

  /** Variants up to the best one. */
  static Stream<Variant> variants() {
    return NativeKernels.missing().isEmpty()
        ? Arrays.stream(Variant.values()).filter(v -> v.compareTo(get().variant()) <= 0)
        : Stream.of(Variant.PORTABLE); // which skips
  }

  static KernelLanguageModel load(Checkpoint checkpoint, KernelOptions options, Variant variant) {
    return load(checkpoint, options, List.of(), variant);
  }

  static KernelLanguageModel load(
      Checkpoint checkpoint, KernelOptions options, List<LoraAdapter> adapters, Variant variant) {
    return KernelLanguageModel.load(checkpoint, options, adapters, fraction -> {}, get(), variant);
  }
}
