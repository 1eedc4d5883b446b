package dev.weir.kernels;

import java.util.Locale;

/** Instructions that the kernels are compiled for, worst first; the ordinals are weir.h's. */
enum Variant {
  /** Plain C: the reference of the others, too slow to serve. */
  PORTABLE,
  AVX2,
  /** AVX2 and integer dot products of 256 bits: Intel's client processors since Alder Lake. */
  AVXVNNI,
  AVX512VNNI;

  /**
   * Reads {@code WEIR_KERNELS}.
   *
   * @throws IllegalArgumentException if it names none
   */
  static Variant named(String name) {
    for (Variant variant : values()) {
      if (variant.label().equals(name)) {
        return variant;
      }
    }
    throw new IllegalArgumentException(
        "WEIR_KERNELS is '%s', must be portable, avx2, avxvnni or avx512vnni".formatted(name));
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
