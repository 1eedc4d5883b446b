package dev.weir.kernels;

import dev.weir.text.ModelConfig;

/**
 * How the linear layers are computed. Tables of a picture's cells are in float32 in all of them.
 */
public enum KernelPrecision {
  /** {@link #GROUPS} for texts. {@link #F32} for pictures: their models are small and exact. */
  AUTO,
  /**
   * Weights in groups times activations in int8 groups of 32, in exact integer sums: quantised
   * tensors of a GGUF file with the file's own values, others as int8 in groups of 32.
   */
  GROUPS,
  /** Weights in bfloat16, everything else in float32. */
  BF16,
  /** Everything in float32, the cache too: the reference. */
  F32;

  /** What {@link #AUTO} means for a model; the others mean themselves. */
  KernelPrecision of(ModelConfig config) {
    return this != AUTO ? this : config.grid() == null ? GROUPS : F32;
  }
}
