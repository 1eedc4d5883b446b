package dev.weir.kernels;

import dev.weir.text.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * How rows come to {@code weir_pack}: as the file's blocks or floats; the ordinals are weir.h's.
 */
enum RowSource {
  Q4_0(PanelFormat.Q4),
  Q4_1(PanelFormat.Q4),
  Q5_0(PanelFormat.Q5),
  Q5_1(PanelFormat.Q5),
  Q8_0(PanelFormat.Q8),
  Q4_K(PanelFormat.Q4_K),
  Q5_K(PanelFormat.Q5_K),
  Q6_K(PanelFormat.Q6_K),
  F32(null),
  F16(null),
  BF16(null);

  private final @Nullable PanelFormat own;

  RowSource(@Nullable PanelFormat own) {
    this.own = own;
  }

  /** A type as its file stores it. */
  static RowSource of(TensorType type) {
    return switch (type) {
      case F32 -> F32;
      case F16 -> F16;
      case BF16 -> BF16;
      case Q4_0 -> Q4_0;
      case Q4_1 -> Q4_1;
      case Q5_0 -> Q5_0;
      case Q5_1 -> Q5_1;
      case Q8_0 -> Q8_0;
      case Q4_K -> Q4_K;
      case Q5_K -> Q5_K;
      case Q6_K -> Q6_K;
    };
  }

  /** Whether rows are floats, which can become any format of floats, and int8 groups. */
  boolean floats() {
    return own == null;
  }

  /** The format that keeps the blocks' own values; {@code floats} of floats. */
  PanelFormat format(PanelFormat floats) {
    return own == null ? floats : own;
  }
}
