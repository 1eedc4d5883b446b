package dev.weir.kernels;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weir.text.Checkpoint;
import dev.weir.text.lora.LoraAdapter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

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

  /** All that this machine can run. */
  static Stream<Variant> variants() {
    return NativeKernels.missing().isEmpty()
        ? Arrays.stream(Variant.values()).filter(variant -> find(variant).isPresent())
        : Stream.of(Variant.PORTABLE); // which skips
  }

  /** Variants and precisions, each with each. */
  static Stream<Arguments> variantsAndPrecisions() {
    return variants()
        .flatMap(variant ->
            Arrays.stream(KernelPrecision.values())
                .map(precision -> Arguments.of(variant, precision)));
  }

  /** The library that has a variant which this machine can run. */
  static NativeKernels with(Variant variant) {
    return find(variant).orElseThrow();
  }

  private static Optional<NativeKernels> find(Variant variant) {
    return Stream.of(Optional.of(get()), Evex.LIBRARY)
        .flatMap(Optional::stream)
        .filter(kernels -> kernels.has(variant))
        .findFirst();
  }

  /** AVX-VNNI in the encoding of AVX-512: the same source on a machine that has only that. */
  private static final class Evex {
    static final Optional<NativeKernels> LIBRARY = load();

    private static Optional<NativeKernels> load() {
      try (InputStream in = TestingKernels.class.getResourceAsStream("evex/libweir-kernels.so")) {
        return in == null ? Optional.empty() : Optional.of(NativeKernels.open(in, null));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static KernelLanguageModel load(Checkpoint checkpoint, KernelOptions options, Variant variant) {
    return load(checkpoint, options, List.of(), variant);
  }

  static KernelLanguageModel load(
      Checkpoint checkpoint, KernelOptions options, List<LoraAdapter> adapters, Variant variant) {
    return KernelLanguageModel.load(
        checkpoint, options, adapters, fraction -> {}, with(variant), variant);
  }
}
