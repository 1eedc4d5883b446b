package dev.weir.engine;

/** What one step computed: rows in the order of the slices that asked for them. */
public interface StepOutput {
  int rows();

  /**
   * The id with the largest logit, the lowest id on a tie; -1 if the largest is no finite number.
   */
  int argMax(int row);

  /**
   * Copies a row of logits.
   *
   * @param into [vocabulary]
   * @throws IllegalStateException if the slice of this row did not ask for logits
   */
  void logits(int row, float[] into);
}
