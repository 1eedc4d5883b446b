package dev.weir.train;

import java.time.Duration;

/**
 * How far a run is.
 *
 * @param steps made
 * @param totalSteps of the run; 0 while the first steps are measured
 * @param loss of the last step
 * @param timeLeft at the speed of the last steps; zero while unknown
 */
public record TrainingProgress(long steps, long totalSteps, double loss, Duration timeLeft) {
  /** Hears of every step, in the thread that trains. */
  @FunctionalInterface
  public interface Listener {
    /** Nobody listens. */
    Listener NONE = progress -> {};

    /** A step was made. */
    void at(TrainingProgress progress);
  }
}
