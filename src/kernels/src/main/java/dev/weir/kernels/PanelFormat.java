package dev.weir.kernels;

/** How a panel of a matrix lies in memory; the ordinals are weir.h's. */
enum PanelFormat {
  Q4,
  Q5,
  Q8,
  Q4_K,
  Q5_K,
  Q6_K,
  F32,
  BF16
}
