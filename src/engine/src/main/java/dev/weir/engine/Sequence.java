package dev.weir.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request inside the engine: its tokens, how far they are computed, and where they lie. Touched
 * by the engine's thread only, but for the state, which others may read.
 *
 * <pre>
 *   WAITING --admit---> RUNNING --end--> ENDED
 *    ^ |                  |                ^
 *    | '------------------|----end---------'
 *    '-----preempt--------'
 * </pre>
 */
final class Sequence {
  enum State {
    WAITING,
    RUNNING,
    ENDED
  }

  private static final int[] NOTHING = {};

  // one list for all who ask nothing else
  private static final List<LogitsQuery> ARG_MAX = List.of(LogitsQuery.ARG_MAX);

  final TextRequest request;
  final TextListener listener;
  final OutputText output;
  // most tokens of output
  final int limit;
  final Times times;

  volatile State state = State.WAITING;
  // where the queue counts what is spent on it; null until it was there
  FairQueue.@Nullable Tenant tenant;
  // its place among those of its tenant
  long arrival;
  // prompt and output, [at least length]
  private int[] tokens;
  private int length;
  private final int promptLength;
  // how many of the tokens are in the cache
  private int computed;
  private boolean proceeded;
  private int emittedBefore;
  private boolean takesArgMax;
  private final int adapter;
  private final int lookBack;
  private final String salt;
  private final BlockTable table;
  // how many tokens of the prompt the first admission found in the cache
  private int cachedTokens = -1;
  private final Speculation speculation = new Speculation();

  /** Moments on the clock's {@code nanoTime}; 0 where they have not come. */
  static final class Times {
    final long submitted;
    long admitted;
    long firstToken;
    long lastToken;

    Times(long submitted) {
      this.submitted = submitted;
    }
  }

  /**
   * @param limit most tokens of output
   * @param lookBack see {@link ModelLimits#lookBack}
   * @param nanos when it was submitted
   */
  Sequence(
      TextRequest request,
      TextListener listener,
      OutputText output,
      int limit,
      int lookBack,
      long nanos) {
    this.lookBack = lookBack;
    this.request = request;
    this.listener = listener;
    this.output = output;
    this.limit = limit;
    times = new Times(nanos);
    adapter = request.adapter();
    salt = request.salt();
    table = new BlockTable(salt);
    tokens = request.prompt().clone();
    length = tokens.length;
    promptLength = length;
  }

  int promptLength() {
    return promptLength;
  }

  int length() {
    return length;
  }

  int[] tokens() {
    return tokens;
  }

  /**
   * How many tokens are to be computed. Before {@link #proceed} it is the prompt without its last
   * token, for that one brings forth the first token of the output.
   */
  int pending() {
    return (proceeded ? length : promptLength - 1) - computed;
  }

  boolean proceeded() {
    return proceeded;
  }

  /** Tokens that earlier attempts had emitted. */
  int emittedBefore() {
    return emittedBefore;
  }

  /**
   * Lets the output begin, behind tokens that were emitted before. They are taken up to the one
   * that ends the output, normally the last if any.
   */
  void proceed(int[] emitted) {
    proceeded = true;
    emittedBefore = emitted.length;
    for (int i = 0; i < emitted.length && output.finished() == null; i++) {
      append(emitted[i]);
      output.append(emitted[i]);
    }
  }

  void append(int token) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.min(2 * length, promptLength + limit));
    }
    tokens[length++] = token;
  }

  /**
   * Guesses what follows the next token.
   *
   * @see Speculation#draft
   */
  int[] draft(int most, double worth, double cost) {
    int room = promptLength + limit - length - 1;
    return speculation.draft(tokens, length, Math.min(most, room), worth, cost);
  }

  /** A token of a draft was right, or it was the first that was not. */
  void verified(boolean right) {
    speculation.observe(right);
  }

  /**
   * The next {@code count} tokens to compute, and behind them a draft; if they are the last, a
   * token is drawn after each from then on.
   */
  SequenceSlice slice(int count, int[] draft, Sampler sampler) {
    int[] computing = Arrays.copyOfRange(tokens, computed, computed + count + draft.length);
    System.arraycopy(draft, 0, computing, count, draft.length);
    int[] before = before(computing);
    if (!proceeded || computed + count < length) {
      return new SequenceSlice(computed, computing, table.blocks(), List.of(), adapter, before);
    }
    if (draft.length == 0) {
      return new SequenceSlice(
          computed, computing, table.blocks(), query(sampler), adapter, before);
    }
    int[] guessed = Arrays.copyOf(tokens, length + draft.length);
    System.arraycopy(draft, 0, guessed, length, draft.length);
    List<LogitsQuery> queries = new ArrayList<>(1 + draft.length);
    for (int i = 0; i <= draft.length; i++) {
      queries.add(sampler.query(request.sampling(), guessed, promptLength, length + i));
    }
    return new SequenceSlice(computed, computing, table.blocks(), queries, adapter, before);
  }

  /** What lies so many positions before each of the tokens that are computed next. */
  private int[] before(int[] computing) {
    if (lookBack == 0) {
      return NOTHING;
    }
    int[] before = new int[computing.length];
    for (int i = 0; i < before.length; i++) {
      int place = computed + i - lookBack;
      before[i] =
          place < 0
              ? SequenceSlice.NO_TOKEN
              : place < computed ? tokens[place] : computing[place - computed];
    }
    return before;
  }

  /** What is asked of the last token. Who once takes the arg max does so to the end. */
  private List<LogitsQuery> query(Sampler sampler) {
    if (!takesArgMax) {
      LogitsQuery query = sampler.query(request.sampling(), tokens, promptLength, length);
      if (query != LogitsQuery.ARG_MAX) {
        return List.of(query);
      }
      takesArgMax = true;
    }
    return ARG_MAX;
  }

  int computed() {
    return computed;
  }

  /** A step has computed tokens; blocks that are full now can be found by others. */
  void computed(int count, BlockPool pool) {
    computed += count;
    table.publish(pool, tokens, computed);
  }

  /**
   * Begins with what others have computed of the same tokens: holds those blocks. The last token is
   * always left to compute, for it brings forth the next one.
   *
   * @return how many tokens were found
   */
  int reuse(BlockPool pool) {
    computed = table.reuse(pool, tokens, length - 1);
    return computed;
  }

  /** Whether a step of the other sequence computes the block that this one needs next. */
  boolean awaits(Sequence other) {
    int end = computed + LanguageModel.BLOCK_TOKENS;
    return salt.equals(other.salt)
        && end < length
        && end <= other.length
        && end > other.computed
        && Arrays.equals(tokens, 0, end, other.tokens, 0, end);
  }

  /** It was admitted; true if for the first time. */
  boolean admitted(long nanos) {
    state = State.RUNNING;
    boolean first = cachedTokens < 0;
    if (first) {
      cachedTokens = Math.min(computed, promptLength);
      times.admitted = nanos;
    }
    return first;
  }

  /** Whether it has ever had a slot. */
  boolean wasAdmitted() {
    return cachedTokens >= 0;
  }

  /** Tokens of the prompt that were found in the cache. */
  int cachedTokens() {
    return Math.max(0, cachedTokens);
  }

  int blockCount() {
    return table.count();
  }

  /** Tokens that it could still compute if all blocks were its own. */
  int room(int blocks) {
    return (blocks - table.held() + table.count()) * LanguageModel.BLOCK_TOKENS - computed;
  }

  int block(int index) {
    return table.block(index);
  }

  void addBlock(int block) {
    table.add(block);
  }

  /** Leaves the blocks that lie wholly before a position; they are not read any more. */
  void leaveBlocksBefore(int position, BlockPool pool) {
    table.leaveBefore(position, pool);
  }

  /** Leaves its blocks; what it computed must be found or computed again. */
  void leaveBlocks(BlockPool pool) {
    table.leaveAll(pool);
    computed = 0;
  }

  /** Its numbers went wrong: nobody may find the blocks that it alone holds. */
  void spoil(BlockPool pool) {
    table.spoil(pool);
  }

  /** Position in the output of the next token. */
  int nextIndex() {
    return length - promptLength;
  }

  /** New tokens, behind those that were emitted before. */
  int generated() {
    return Math.max(0, nextIndex() - emittedBefore);
  }

  /** The outcome, with what is known now. */
  Outcome outcome(FinishReason reason, String text, @Nullable Throwable error) {
    return new Outcome(
        reason,
        (long) emittedBefore + generated(),
        text,
        output.stop(),
        promptLength,
        cachedTokens(),
        error);
  }
}
