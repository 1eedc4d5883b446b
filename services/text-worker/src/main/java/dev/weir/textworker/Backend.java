package dev.weir.textworker;

/** What computes a model. */
public enum Backend {
  /** The CPU kernels where they can, else TorchScript. */
  AUTO,
  /** The CPU kernels or nothing. */
  KERNELS,
  /** TorchScript: any family, any device. */
  TORCH
}
