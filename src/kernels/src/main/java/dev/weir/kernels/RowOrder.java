package dev.weir.kernels;

import dev.weir.text.ModelConfig;
import java.util.Arrays;

/** Where rows of a checkpoint's tensor go in a matrix of the kernels. */
final class RowOrder {
  private static final int LANES = 16;

  private RowOrder() {}

  /** One after another from {@code first}. */
  static int[] consecutive(int first, int rows) {
    int[] targets = new int[rows];
    Arrays.setAll(targets, i -> first + i);
    return targets;
  }

  /**
   * Heads whose first half of rotated elements is paired with the second, as the kernels rotate
   * them, however the checkpoint has them.
   *
   * @param first where the first head goes
   */
  static int[] heads(ModelConfig config, int first, int heads, int pairs) {
    int size = config.headSize();
    int[] targets = new int[heads * size];
    for (int row = 0; row < targets.length; row++) {
      int element = row % size;
      int place = element;
      if (config.rotaryInterleaved() && element < 2 * pairs) {
        place = element / 2 + (element % 2 == 0 ? 0 : pairs);
      }
      targets[row] = first + row - element + place;
    }
    return targets;
  }

  /**
   * Rows in panels that take turns with those of another tensor.
   *
   * @param turn 0 for the gate, 1 for what it gates
   */
  static int[] turns(int turn, int rows) {
    int[] targets = new int[rows];
    Arrays.setAll(targets, i -> i / LANES * 2 * LANES + turn * LANES + i % LANES);
    return targets;
  }
}
