package dev.weir.kernels;

/** How the linear layers are computed. */
public enum KernelPrecision {
  /** {@link #GROUPS}. */
  AUTO,
  /**
   * Weights in groups times activations in int8 groups of 32, in exact integer sums: quantised
   * tensors of a GGUF file with the file's own values, others as int8 in groups of 32.
   */
  GROUPS,
  /** Weights in bfloat16, everything else in float32. */
  BF16,
  /** Everything in float32, the cache too: the reference. */
  F32
}
