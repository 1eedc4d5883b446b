package dev.weir.engine;

import java.util.BitSet;
import java.util.List;

/** What every {@link LanguageModel} demands of a step before anything native sees it. */
public final class StepCheck {
  private StepCheck() {}

  /**
   * Checks a step.
   *
   * @throws IllegalArgumentException that says what is not allowed
   */
  public static void check(List<SequenceSlice> slices, ModelLimits limits) {
    if (slices.isEmpty()) {
      throw new IllegalArgumentException("a step wants at least one slice");
    }
    if (slices.size() > limits.slots()) {
      throw new IllegalArgumentException(
          "%d slices in a step, the model has %d slots".formatted(slices.size(), limits.slots()));
    }
    BitSet written = new BitSet();
    for (SequenceSlice slice : slices) {
      int n = slice.tokens().length;
      require(n > 0, "number of tokens", n);
      require(
          slice.start() >= 0 && slice.start() <= limits.contextLength() - n,
          "start",
          slice.start());
      require(
          slice.adapter() >= 0 && slice.adapter() <= limits.adapters(), "adapter", slice.adapter());
      require(slice.queries().size() <= n, "number of queries", slice.queries().size());
      slice.queries().forEach(query -> check(query.edits(), limits.vocabulary()));
      for (int token : slice.tokens()) {
        require(token >= 0 && token < limits.inputs(), "token", token);
      }
      checkBefore(slice, limits);
      checkBlocks(slice, limits, written);
    }
  }

  private static void checkBefore(SequenceSlice slice, ModelLimits limits) {
    int[] before = slice.before();
    require(
        before.length == (limits.lookBack() > 0 ? slice.tokens().length : 0),
        "number of tokens before",
        before.length);
    for (int token : before) {
      require(token >= SequenceSlice.NO_TOKEN && token < limits.inputs(), "token before", token);
    }
  }

  private static void checkBlocks(SequenceSlice slice, ModelLimits limits, BitSet written) {
    int used = Math.ceilDiv(slice.start() + slice.tokens().length, LanguageModel.BLOCK_TOKENS);
    require(slice.blocks().length >= used, "length of a block table", slice.blocks().length);
    for (int i = 0; i < used; i++) {
      int block = slice.blocks()[i];
      if (block == SequenceSlice.NO_BLOCK && behindWindow(i, slice.start(), limits.window())) {
        continue;
      }
      require(block >= 0 && block < limits.cacheBlocks(), "block", block);
      if (i >= slice.start() / LanguageModel.BLOCK_TOKENS) {
        require(!written.get(block), "second slice that writes block", block);
        written.set(block);
      }
    }
  }

  /** Whether no token from a position on sees a block of its sequence. */
  private static boolean behindWindow(int block, int position, int window) {
    return window > 0 && (block + 1) * LanguageModel.BLOCK_TOKENS <= position + 1 - window;
  }

  private static void check(LogitEdits edits, int vocabulary) {
    for (int id : edits.ids()) {
      require(id >= 0 && id < vocabulary, "edited token", id);
    }
    long[] allowed = edits.allowed();
    int words = Math.ceilDiv(vocabulary, Long.SIZE);
    require(allowed == null || allowed.length == words, "length of a mask other than", words);
  }

  private static void require(boolean holds, String what, int value) {
    if (!holds) {
      throw new IllegalArgumentException("%s %d is not allowed".formatted(what, value));
    }
  }
}
