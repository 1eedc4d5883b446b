package dev.weir.standalone.check;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * How often the most probable token changes with the way in which the same tokens are computed: a
 * chunk of one sequence alone, or one token at a time beside others. 0 of a model whose rows are
 * invariant.
 *
 * @param flips positions where both differ
 * @param positions compared
 */
record FlipRate(int flips, int positions) {
  private static final int CHUNK = 64;

  /**
   * Measures it; overwrites the first blocks of the model's cache.
   *
   * @param windows of the same length, as many as the model has slots at most
   */
  static FlipRate of(LanguageModel model, List<int[]> windows) {
    int length = windows.getFirst().length;
    int flips = 0;
    int[][] inChunks = new int[windows.size()][length];
    for (int i = 0; i < windows.size(); i++) {
      for (int start = 0; start < length; start += CHUNK) {
        int n = Math.min(CHUNK, length - start);
        StepOutput output = model.step(List.of(slice(windows, i, start, n)));
        for (int row = 0; row < n; row++) {
          inChunks[i][start + row] = output.argMax(row);
        }
      }
    }
    for (int position = 0; position < length; position++) {
      List<SequenceSlice> slices = new ArrayList<>();
      for (int i = 0; i < windows.size(); i++) {
        slices.add(slice(windows, i, position, 1));
      }
      StepOutput output = model.step(slices);
      for (int i = 0; i < windows.size(); i++) {
        flips += output.argMax(i) == inChunks[i][position] ? 0 : 1;
      }
    }
    return new FlipRate(flips, windows.size() * length);
  }

  private static SequenceSlice slice(List<int[]> windows, int index, int start, int n) {
    int[] window = windows.get(index);
    int blocks = Math.ceilDiv(window.length, LanguageModel.BLOCK_TOKENS);
    int[] table = new int[blocks];
    Arrays.setAll(table, i -> index * blocks + i);
    return new SequenceSlice(
        start,
        Arrays.copyOfRange(window, start, start + n),
        table,
        Collections.nCopies(n, LogitsQuery.ARG_MAX));
  }
}
