package dev.weir.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One request inside the engine: its tokens, how far they are computed, and where they lie. Touched
 * by the engine's thread only, but for the state, which others may read.
 *
 * <pre>
 *   WAITING --admit--> RUNNING --end--> ENDED
 *      '------------------end------------^
 * </pre>
 */
final class Sequence {
  enum State {
    WAITING,
    RUNNING,
    ENDED
  }

  private static final int[] NO_BLOCKS = {};

  final TextRequest request;
  final TextListener listener;
  final OutputText output;
  // most tokens of output
  final int limit;
  final Times times;

  volatile State state = State.WAITING;
  // prompt and output, [at least length]
  private int[] tokens;
  private int length;
  // how many of the tokens are in the cache
  private int computed;
  private boolean proceeded;
  private int emittedBefore;
  int slot = -1;
  int[] blocks = NO_BLOCKS;

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

  Sequence(TextRequest request, TextListener listener, OutputText output, int limit, long nanos) {
    this.request = request;
    this.listener = listener;
    this.output = output;
    this.limit = limit;
    times = new Times(nanos);
    tokens = request.prompt().clone();
    length = tokens.length;
  }

  int promptLength() {
    return request.prompt().length;
  }

  int length() {
    return length;
  }

  int[] tokens() {
    return tokens;
  }

  /** Blocks for all that it may ever compute: the last token of an output is never fed. */
  int blocksNeeded() {
    return BlockAllocator.blocksFor(promptLength() + limit - 1);
  }

  /**
   * How many tokens are to be computed. Before {@link #proceed} it is the prompt without its last
   * token, for that one brings forth the first token of the output.
   */
  int pending() {
    return (proceeded ? length : promptLength() - 1) - computed;
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
      tokens = Arrays.copyOf(tokens, Math.min(2 * length, promptLength() + limit));
    }
    tokens[length++] = token;
  }

  /** The next {@code count} tokens to compute; a row is wanted if they are the last. */
  SequenceSlice slice(int count) {
    boolean last = proceeded && computed + count == length;
    return new SequenceSlice(
        slot,
        computed,
        Arrays.copyOfRange(tokens, computed, computed + count),
        blocks,
        last ? 1 : 0,
        last && !request.sampling().takesArgMax(nextIndex()));
  }

  void computed(int count) {
    computed += count;
  }

  /** Position in the output of the next token. */
  int nextIndex() {
    return length - promptLength();
  }

  /** New tokens, behind those that were emitted before. */
  int generated() {
    return Math.max(0, nextIndex() - emittedBefore);
  }

  /** The outcome, with what is known now. */
  Outcome outcome(FinishReason reason, String text, @Nullable Throwable error) {
    return new Outcome(
        reason, (long) emittedBefore + generated(), text, output.stop(), promptLength(), 0, error);
  }
}
