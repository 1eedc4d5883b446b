package dev.weir.engine;

/** A request inside the engine. Safe for use by any thread; both methods return at once. */
public interface Generation {
  /**
   * Lets the output begin. Until then only the prompt is computed and nothing is emitted: a worker
   * uses the time to find out what earlier attempts have emitted.
   *
   * @param emitted tokens that were emitted already and are fed as if they had been generated; the
   *     output goes on at index {@code emitted.length}. If they end the output already, only {@link
   *     TextListener#onFinished} is called
   */
  void proceed(int[] emitted);

  /**
   * Ends the output with {@link FinishReason#CANCELLED} before the next step; the listener hears of
   * it.
   */
  void cancel();

  /** Drops the request before the next step without another word to the listener. */
  void abandon();
}
