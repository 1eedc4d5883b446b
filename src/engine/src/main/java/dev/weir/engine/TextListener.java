package dev.weir.engine;

/** Takes the output of one request. Called by the engine's thread, which it must not block. */
public interface TextListener {
  /** It has a slot for the first time: its prompt is computed from now on. */
  default void onAdmitted() {}

  /** Some new tokens, in order and without gap. */
  void onTokens(TokenSpan span);

  /** The end; nothing comes after it. Called exactly once, unless the generation is abandoned. */
  void onFinished(Outcome outcome);
}
