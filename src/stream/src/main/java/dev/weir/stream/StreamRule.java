package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Tokens;

/**
 * The rule that everyone who reads chunks applies, to the records of one request in log order: it
 * says which of them count. Whoever applies it to the same records gets the same stream, so workers
 * need no fence but the log.
 *
 * <pre>
 *                started(a)                 tokens or image of a, first index = next
 *   no attempt ──────────────▶ attempt a ─────────────────────────────────┐
 *                               │  ▲  ▲                                   │ next += n
 *                               │  │  └───────────────────────────────────┘
 *                               │  └─ started(b): the attempt is b now, next stays
 *                               │
 *                               └─ finished of a, total = next ──▶ finished: nothing counts any more
 *
 *   anything else is dropped and changes nothing
 * </pre>
 *
 * Not safe for use by several threads.
 */
final class StreamRule {
  private ByteString attempt = ByteString.EMPTY;
  private long next;
  private boolean finished;

  /** What becomes of one record. */
  enum Verdict {
    /** A new attempt: what others write does not count from here on. */
    STARTED(true),
    /** Tokens or an image part that continue the stream. */
    NEXT(true),
    /** A picture on its way: shown, but no part of the stream. */
    PREVIEW(true),
    /** The end. */
    FINISHED(true),
    /** {@code queued}, no part of the stream. */
    NO_PART(false),
    /** Of an attempt that is not the current one. */
    DISPLACED(false),
    /** Its index or total is above what has been taken: a send before it failed. */
    GAP(false),
    /** Its index or total is below what has been taken. */
    REPEATED(false),
    /** Behind a {@code finished} that counts. */
    AFTER_END(false),
    /** Not a record of the protocol. */
    MALFORMED(false);

    private final boolean counts;

    Verdict(boolean counts) {
      this.counts = counts;
    }

    /** True if readers are shown the record. */
    boolean counts() {
      return counts;
    }
  }

  /** At the beginning of a request. */
  StreamRule() {}

  /**
   * Behind a record that was taken before: the record itself tells the attempt and the next index.
   *
   * @throws IllegalArgumentException if it is neither tokens nor an image part of an attempt
   */
  static StreamRule behind(Chunk taken) {
    StreamRule rule = new StreamRule();
    rule.attempt = taken.getAttempt();
    rule.next = firstIndex(taken);
    if (rule.apply(taken) != Verdict.NEXT) {
      throw new IllegalArgumentException("no place in a stream: " + taken.getBodyCase());
    }
    return rule;
  }

  /** In the middle of an open request. */
  static StreamRule at(ByteString attempt, long next) {
    StreamRule rule = new StreamRule();
    rule.attempt = attempt;
    rule.next = next;
    return rule;
  }

  Verdict apply(Chunk chunk) {
    return switch (chunk.getBodyCase()) {
      case QUEUED -> Verdict.NO_PART;
      case STARTED -> {
        if (finished) {
          yield Verdict.AFTER_END;
        }
        if (chunk.getAttempt().isEmpty()) {
          yield Verdict.MALFORMED;
        }
        attempt = chunk.getAttempt();
        yield Verdict.STARTED;
      }
      case TOKENS -> take(chunk, chunk.getTokens());
      case IMAGE -> take(chunk, chunk.getImage());
      case PREVIEW -> ofCurrentAttempt(chunk, Verdict.PREVIEW);
      case FINISHED -> finish(chunk, chunk.getFinished());
      case BODY_NOT_SET -> Verdict.MALFORMED;
    };
  }

  private Verdict take(Chunk chunk, Tokens tokens) {
    if (tokens.getIdsCount() == 0) {
      return Verdict.MALFORMED;
    }
    return take(chunk, tokens.getFirstIndex(), tokens.getIdsCount());
  }

  private Verdict take(Chunk chunk, ImagePart part) {
    return take(chunk, part.getFirstIndex(), 1);
  }

  private Verdict take(Chunk chunk, long index, int count) {
    Verdict verdict = ofCurrentAttempt(chunk, at(index, Verdict.NEXT));
    if (verdict == Verdict.NEXT) {
      next += count;
    }
    return verdict;
  }

  private Verdict finish(Chunk chunk, Finished end) {
    Verdict verdict = ofCurrentAttempt(chunk, at(end.getTotal(), Verdict.FINISHED));
    finished |= verdict == Verdict.FINISHED;
    return verdict;
  }

  private Verdict ofCurrentAttempt(Chunk chunk, Verdict then) {
    if (finished) {
      return Verdict.AFTER_END;
    }
    return attempt.isEmpty() || !attempt.equals(chunk.getAttempt()) ? Verdict.DISPLACED : then;
  }

  private Verdict at(long index, Verdict then) {
    return index == next ? then : index > next ? Verdict.GAP : Verdict.REPEATED;
  }

  private static long firstIndex(Chunk chunk) {
    return chunk.hasImage() ? chunk.getImage().getFirstIndex() : chunk.getTokens().getFirstIndex();
  }

  /** The current attempt; empty before the first {@code started}. */
  ByteString attempt() {
    return attempt;
  }

  /** How many tokens (image parts) count so far: the index of the next one. */
  long next() {
    return next;
  }

  /** True behind a {@code finished} that counts. */
  boolean finished() {
    return finished;
  }
}
