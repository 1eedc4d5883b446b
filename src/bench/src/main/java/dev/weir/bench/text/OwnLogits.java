package dev.weir.bench.text;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.torch.SequenceScorer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Logits of Weir's own model behind the tokens of windows. */
final class OwnLogits {
  private OwnLogits() {}

  /** As prompts, each computed in chunks. */
  static LogitSource prefilled(LanguageModel model) {
    return (windows, visitor) -> {
      for (int number = 0; number < windows.size(); number++) {
        int window = number;
        SequenceScorer.visit(
            List.of(model),
            windows.get(number),
            (position, argMax, rows) -> visitor.onRow(window, position, rows[0]));
      }
    };
  }

  /**
   * As outputs: one token a step, for a batch of sequences at the same time. Where there are fewer
   * windows than sequences, the rest of the batch runs them again, and only the first counts.
   */
  static LogitSource decoded(LanguageModel model, int batch) {
    return (windows, visitor) -> {
      for (int first = 0; first < windows.size(); first += batch) {
        decode(model, batch, windows, first, visitor);
      }
    };
  }

  private static void decode(
      LanguageModel model, int batch, List<int[]> windows, int first, LogitSource.Visitor visitor) {
    float[] row = new float[model.limits().vocabulary()];
    int longest = windows.stream().mapToInt(window -> window.length).max().orElse(0);
    int blocks = Math.ceilDiv(longest, LanguageModel.BLOCK_TOKENS);
    for (int position = 0; position < longest; position++) {
      List<SequenceSlice> slices = new ArrayList<>();
      List<Integer> counted = new ArrayList<>();
      for (int sequence = 0; sequence < batch; sequence++) {
        int[] window = windows.get((first + sequence) % windows.size());
        if (position < window.length) {
          int[] table = IntStream.range(sequence * blocks, (sequence + 1) * blocks).toArray();
          slices.add(
              new SequenceSlice(
                  position, new int[] {window[position]}, table, List.of(LogitsQuery.WHOLE)));
          counted.add(first + sequence < windows.size() ? first + sequence : -1);
        }
      }
      StepOutput output = model.step(slices);
      for (int i = 0; i < counted.size(); i++) {
        if (counted.get(i) >= 0) {
          output.logits(i, row);
          visitor.onRow(counted.get(i), position, row);
        }
      }
    }
  }
}
