package dev.weir.torch;

/** How a model's linear layers are computed. */
public enum Precision {
  /** Whatever is fastest at decoding on this device; see {@code docs/decisions}. */
  AUTO,
  /** Weights and activations in float32: the reference. */
  F32,
  /** Weights and the inputs of linear layers in bfloat16, everything else in float32. */
  BF16,
  /**
   * Weights in int8 with a scale for each output, activations in int8 with a scale for each row,
   * integer sums. CPU only.
   */
  INT8
}
