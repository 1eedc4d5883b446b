package dev.weir.kernels;

/** What a step consists of, in the order of a layer; the ordinals are weir.h's. */
public enum StepPhase {
  /** Rows of the embedding. */
  EMBEDDING,
  /** Norms, and quantising what linear layers read. */
  NORMS,
  /** The linear layer of queries, keys and values. */
  QKV,
  /** Rotation of queries and keys; keys and values go into the cache. */
  ROPE,
  ATTENTION,
  /** Attention's output projection. */
  OUTPUT,
  /** Gate, what it gates, and SiLU. */
  FEED,
  DOWN,
  /** The last norm and the logits. */
  HEAD,
  /** Edits, candidates, normalizers: what rows of logits are asked. */
  ANSWERS
}
