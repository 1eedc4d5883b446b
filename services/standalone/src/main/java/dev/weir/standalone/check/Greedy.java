package dev.weir.standalone.check;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Greedy decoding of one sequence at a time on the first blocks of a model, outside any engine. */
final class Greedy {
  private Greedy() {}

  /**
   * The n most probable continuations, token by token; ends early only behind a token of {@code
   * ends}.
   */
  static List<Integer> decode(LanguageModel model, int[] prompt, int n, Set<Integer> ends) {
    List<Integer> output = new ArrayList<>();
    int token = step(model, 0, prompt);
    output.add(token);
    while (output.size() < n && !ends.contains(token)) {
      token = step(model, prompt.length + output.size() - 1, new int[] {token});
      output.add(token);
    }
    return output;
  }

  private static int step(LanguageModel model, int start, int[] tokens) {
    int[] blocks =
        IntStream.range(0, Math.ceilDiv(start + tokens.length, LanguageModel.BLOCK_TOKENS))
            .toArray();
    return model
        .step(List.of(new SequenceSlice(start, tokens, blocks, List.of(LogitsQuery.ARG_MAX))))
        .argMax(0);
  }
}
