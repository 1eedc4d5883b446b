package dev.weir.torch;

import dev.weir.text.ModelConfig;

/** How a model's linear layers are computed. */
public enum Precision {
  /**
   * For texts whatever is fastest at decoding on this device; see {@code docs/decisions}. {@link
   * #F32} for pictures: their models are small and exact.
   */
  AUTO,
  /** Weights and activations in float32: the reference. */
  F32,
  /** Weights and the inputs of linear layers in bfloat16, everything else in float32. */
  BF16,
  /**
   * Weights in int8 with a scale for each output, activations in int8 with a scale for each row,
   * integer sums. CPU only.
   */
  INT8;

  /** What {@link #AUTO} means for a model, as far as that is not the device's business. */
  Precision of(ModelConfig config) {
    return this == AUTO && config.grid() != null ? F32 : this;
  }
}
