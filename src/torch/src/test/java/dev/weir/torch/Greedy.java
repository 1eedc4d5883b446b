package dev.weir.torch;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Continues prompts with the most probable token, all of them in the same steps. */
public final class Greedy {
  private Greedy() {}

  public static int[] one(LanguageModel model, int slot, int[] prompt, int count) {
    return batch(model, new int[] {slot}, List.of(prompt), count).getFirst();
  }

  /** Prefills each prompt whole, in one step with the others, then decodes. */
  public static List<int[]> batch(
      LanguageModel model, int[] slots, List<int[]> prompts, int count) {
    List<int[]> answers = prompts.stream().map(prompt -> new int[count]).toList();
    for (int i = 0; i < count; i++) {
      List<SequenceSlice> slices = new ArrayList<>();
      for (int s = 0; s < slots.length; s++) {
        int length = prompts.get(s).length;
        int[] tokens = i == 0 ? prompts.get(s) : Arrays.copyOfRange(answers.get(s), i - 1, i);
        int start = i == 0 ? 0 : length + i - 1;
        slices.add(
            new SequenceSlice(
                start, tokens, TestingConfigs.blocks(slots[s]), List.of(LogitsQuery.ARG_MAX)));
      }
      StepOutput output = model.step(slices);
      for (int s = 0; s < slots.length; s++) {
        answers.get(s)[i] = output.argMax(s);
      }
    }
    return answers;
  }
}
