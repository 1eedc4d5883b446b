package dev.weir.train;

/**
 * Learning rates of a run: a linear warm-up, a flat part, and over the second half of the steps a
 * line to zero.
 *
 * @param peak rate of the flat part
 * @param warmUpSteps steps of the warm-up; where it reaches into the second half, the smaller holds
 * @param totalSteps steps of the run
 */
public record LearningRate(double peak, long warmUpSteps, long totalSteps) {
  /** The rate of a step counted from 0. */
  public double at(long step) {
    double warm = (step + 1.0) / Math.max(1, warmUpSteps);
    double left = 2.0 * (totalSteps - step) / totalSteps;
    return peak * Math.clamp(Math.min(warm, left), 0, 1);
  }
}
