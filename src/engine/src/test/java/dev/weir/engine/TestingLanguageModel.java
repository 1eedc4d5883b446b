package dev.weir.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A deterministic model without a device. The logits of a row are a hash of the sequence's own
 * tokens, read through its block table: a block that is shared, lost or written at the wrong
 * position changes them or fails. Everything that the seam promises to a model is checked.
 */
public final class TestingLanguageModel implements LanguageModel {
  /** Token 0 ends a text; the others are letters. */
  public static final int END = 0;

  private final ModelLimits limits;
  // token at each position of each block; -1: nothing. [blocks x 16]
  private final int[] memory;
  private final List<Integer> stepTokens = new ArrayList<>();
  private Consumer<List<SequenceSlice>> onStep = slices -> {};
  private int poison = -1;
  private int poisonPosition = -1;
  private int seen = Integer.MAX_VALUE;
  private int step;
  private volatile boolean closed;
  private @Nullable Thread owner;

  public TestingLanguageModel(ModelLimits limits) {
    this.limits = limits;
    memory = new int[limits.cacheBlocks() * BLOCK_TOKENS];
    Arrays.fill(memory, -1);
  }

  public static ModelLimits limits(int slots, int contextLength) {
    int blocks = slots * Math.ceilDiv(contextLength, BLOCK_TOKENS);
    return new ModelLimits(32, contextLength, slots, blocks, true, "testing");
  }

  /** Called at the beginning of each step, on its thread; what it throws, the step throws. */
  public void onStep(Consumer<List<SequenceSlice>> action) {
    onStep = action;
  }

  /** Rows behind this token are not numbers. */
  public void poison(int token) {
    poison = token;
  }

  /** The row of the token at this position is none of numbers. */
  public void poisonPosition(int position) {
    poisonPosition = position;
  }

  /** Logits depend on that many of the last tokens only: the text repeats itself soon. */
  public void see(int tokens) {
    seen = tokens;
  }

  /** The bytes of a token. */
  public static byte[] bytes(int token) {
    return token == END ? new byte[0] : new byte[] {(byte) ('`' + token)};
  }

  /** Letters as tokens: a is 1. */
  public static int[] tokens(String text) {
    byte[] letters = text.getBytes(US_ASCII);
    int[] tokens = new int[letters.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = letters[i] - '`';
    }
    return tokens;
  }

  /** The logits behind a sequence of tokens, [vocabulary], between -4 and 4. */
  public static float[] logits(int[] tokens, int length, int vocabulary) {
    return logits(tokens, length, vocabulary, Integer.MAX_VALUE);
  }

  /** The same, of the last {@code seen} tokens only. */
  public static float[] logits(int[] tokens, int length, int vocabulary, int seen) {
    long hash = 1;
    for (int i = Math.max(0, length - seen); i < length; i++) {
      hash = mix(hash * 31 + tokens[i]);
    }
    float[] logits = new float[vocabulary];
    for (int id = 0; id < vocabulary; id++) {
      logits[id] = (mix(hash + id) >>> 40) * 0x1.0p-21f - 4;
    }
    return logits;
  }

  /** The finaliser of SplitMix64. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public ModelLimits limits() {
    return limits;
  }

  @Override
  public StepOutput step(List<SequenceSlice> slices) {
    check(!closed, "the model is closed");
    check(owner == null || owner == Thread.currentThread(), "two threads use the model");
    owner = Thread.currentThread();
    check(!slices.isEmpty(), "a step without slices");
    onStep.accept(slices);
    step++;
    stepTokens.add(slices.stream().mapToInt(s -> s.tokens().length).sum());
    List<float[]> rows = new ArrayList<>();
    List<LogitsQuery> queries = new ArrayList<>();
    check(slices.size() <= limits.slots(), "more sequences than slots");
    checkOwners(slices);
    for (SequenceSlice slice : slices) {
      int[] sequence = compute(slice);
      for (int length = sequence.length - slice.queries().size() + 1;
          length <= sequence.length;
          length++) {
        float[] row = logits(sequence, length, limits.vocabulary(), seen);
        if (sequence[length - 1] % limits.vocabulary() == poison || length - 1 == poisonPosition) {
          Arrays.fill(row, Float.NaN);
        }
        rows.add(row);
      }
      queries.addAll(slice.queries());
    }
    return new Rows(new TestingStepOutput(rows, queries), step);
  }

  /** What a slice writes, no other slice of the step may read or write. */
  private static void checkOwners(List<SequenceSlice> slices) {
    for (SequenceSlice writer : slices) {
      for (int p = writer.start(); p < writer.start() + writer.tokens().length; p++) {
        int written = writer.blocks()[p / BLOCK_TOKENS];
        for (SequenceSlice other : slices) {
          int used = Math.ceilDiv(other.start() + other.tokens().length, BLOCK_TOKENS);
          check(
              other == writer
                  || Arrays.stream(other.blocks(), 0, used).noneMatch(block -> block == written),
              "block %d is written by one sequence and used by another",
              written);
        }
      }
    }
  }

  /**
   * Writes a slice into the blocks; returns the whole sequence as they have it. With an adapter its
   * tokens count as others.
   */
  private int[] compute(SequenceSlice slice) {
    int start = slice.start();
    int[] tokens = slice.tokens();
    check(
        tokens.length > 0 && slice.queries().size() <= tokens.length, "outputs beyond the tokens");
    check(start + tokens.length <= limits.contextLength(), "beyond the context");
    check(
        slice.blocks().length * BLOCK_TOKENS >= start + tokens.length,
        "a block table too short for %d tokens",
        start + tokens.length);
    int[] sequence = new int[start + tokens.length];
    int first = limits.window() == 0 ? 0 : Math.max(0, start + 1 - limits.window());
    int adapted = slice.adapter() * limits.vocabulary();
    check(slice.adapter() >= 0 && slice.adapter() <= limits.adapters(), "no such adapter");
    for (int i = first; i < start; i++) {
      sequence[i] = memory[place(slice, i)];
      check(sequence[i] >= 0, "position %d was never computed", i);
      check(
          sequence[i] / limits.vocabulary() == slice.adapter(),
          "position %d was computed with another adapter",
          i);
    }
    for (int i = 0; i < tokens.length; i++) {
      check(tokens[i] >= 0 && tokens[i] < limits.vocabulary(), "no token: %d", tokens[i]);
      sequence[start + i] = tokens[i] + adapted;
      memory[place(slice, start + i)] = tokens[i] + adapted;
    }
    checkBefore(slice, sequence, adapted);
    return sequence;
  }

  private void checkBefore(SequenceSlice slice, int[] sequence, int adapted) {
    int lookBack = limits.lookBack();
    int tokens = lookBack == 0 ? 0 : slice.tokens().length;
    check(slice.before().length == tokens, "%d tokens before", slice.before().length);
    for (int i = 0; i < tokens; i++) {
      int place = slice.start() + i - lookBack;
      int expected = place < 0 ? SequenceSlice.NO_TOKEN : sequence[place] - adapted;
      check(slice.before()[i] == expected, "token %d is not before", slice.before()[i]);
    }
  }

  private static int place(SequenceSlice slice, int position) {
    return slice.blocks()[position / BLOCK_TOKENS] * BLOCK_TOKENS + position % BLOCK_TOKENS;
  }

  private static void check(boolean holds, String message, Object... values) {
    if (!holds) {
      throw new AssertionError(message.formatted(values));
    }
  }

  /** How many tokens each step computed. */
  public List<Integer> stepTokens() {
    return stepTokens;
  }

  public boolean closed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Rows that are valid until the next step. */
  private final class Rows implements StepOutput {
    private final TestingStepOutput rows;
    private final int madeBy;

    Rows(TestingStepOutput rows, int madeBy) {
      this.rows = rows;
      this.madeBy = madeBy;
    }

    private TestingStepOutput valid() {
      check(madeBy == step, "a row of an earlier step");
      return rows;
    }

    @Override
    public int rows() {
      return valid().rows();
    }

    @Override
    public int argMax(int row) {
      return valid().argMax(row);
    }

    @Override
    public int candidates(int row, int[] ids, float[] logits) {
      return valid().candidates(row, ids, logits);
    }

    @Override
    public double logNormalizer(int row) {
      return valid().logNormalizer(row);
    }

    @Override
    public double entropy(int row) {
      return valid().entropy(row);
    }

    @Override
    public int tail(int row, double mass) {
      return valid().tail(row, mass);
    }

    @Override
    public boolean isListed(int row) {
      return valid().isListed(row);
    }

    @Override
    public int shortlist(int row, int[] ids, float[] logits, float[] weights) {
      return valid().shortlist(row, ids, logits, weights);
    }

    @Override
    public double logprob(int row, int id) {
      return valid().logprob(row, id);
    }

    @Override
    public int alternatives(int row, int n, int[] ids) {
      return valid().alternatives(row, n, ids);
    }

    @Override
    public void logits(int row, float[] into) {
      valid().logits(row, into);
    }
  }
}
