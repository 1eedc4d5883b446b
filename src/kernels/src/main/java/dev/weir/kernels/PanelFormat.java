package dev.weir.kernels;

/** How a matrix lies in memory; the ordinals are weir.h's. */
enum PanelFormat {
  Q4,
  Q8,
  F32,
  BF16
}
