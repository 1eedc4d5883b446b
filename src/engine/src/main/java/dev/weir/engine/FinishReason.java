package dev.weir.engine;

/** Why an output ended. */
public enum FinishReason {
  /** A stop token or stop string. */
  STOP,
  /** {@code maxTokens}, or the end of the model's context. */
  LENGTH,
  CANCELLED,
  DEADLINE,
  /** A fault of ours; the listener gets the cause. */
  ERROR
}
