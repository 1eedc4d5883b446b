package dev.weir.simulation;

import dev.weir.stream.RequestIds;

/** One request: what it is, what its whole answer is, and what has become of it. */
final class RequestPlan {
  /** Of attempts that end without a reason there may be so many (decision 008). */
  static final int MAX_ATTEMPTS = 8;

  /** So many without a token, of which a generator failed in the last (decision 008). */
  static final int MAX_FAILING_ATTEMPTS = 3;

  static final int PROMPT_TOKENS = 5;

  /** What a generator makes of it. */
  enum Kind {
    TEXT,
    IMAGE,
    /** It cannot be read. */
    INVALID,
    /** The generator finds it wrong. */
    REFUSED,
    /** The generator throws as it begins. */
    BREAKS,
    /** The generator ends with a failure. */
    FAILS,
    BREAKS_ONCE,
    FAILS_ONCE,
    /** The generator throws as it goes on, once. */
    THROWS_ONCE,
    /** The generator is full at first. */
    OVERLOADED
  }

  /** What the request says of the place where its chunks begin. */
  enum From {
    KNOWN,
    ABSENT,
    /** Beyond the end of the log. */
    BEYOND,
    /** Before its time: something else lies there. */
    OTHER,
    NO_SUCH_PARTITION
  }

  final int number;
  final String id;
  final Kind kind;
  final From from;
  final int length;
  final int failsAt;
  final int partition;
  final int[] answer;
  final long secret;
  final long publishAfterMs;

  /** After it was published; -1: never. */
  final int cancelAfterMs;

  /** After it was published; 0: by the default. */
  final int deadlineAfterMs;

  final boolean twice;
  final Truth truth = new Truth(this);

  // What has happened to it.
  long queuedAt = -1;
  long deadlineMs;
  boolean cancelled;
  boolean buried;
  boolean lastDeliveryClosed;
  boolean dropped;
  boolean lost;
  boolean endLost;
  int faults;
  int returns;
  int failures;
  int duplicateDeliveries;

  RequestPlan(int number, Dice dice, int partitions) {
    this.number = number;
    secret = dice.any();
    id = "r%d-%08x".formatted(number, (int) secret);
    kind = kind(dice);
    from = dice.oneIn(3) ? From.values()[dice.below(From.values().length)] : From.KNOWN;
    partition = RequestIds.partition(id, partitions);
    length = kind == Kind.IMAGE ? dice.between(1, 4) : dice.between(1, dice.oneIn(3) ? 30 : 10);
    failsAt = dice.below(Math.min(3, length));
    answer = new int[length];
    long before = 0;
    for (int i = 0; i < length; i++) {
      answer[i] = token(secret, before);
      before = after(before, answer[i]);
    }
    publishAfterMs = dice.below(400);
    cancelAfterMs = dice.oneIn(4) ? dice.below(2_000) : -1;
    deadlineAfterMs = dice.oneIn(6) ? 1 + dice.below(3_000) : 0;
    twice = dice.oneIn(6);
  }

  private static Kind kind(Dice dice) {
    if (dice.oneIn(2)) {
      return Kind.TEXT;
    }
    return dice.oneIn(2) ? Kind.IMAGE : Kind.values()[dice.below(Kind.values().length)];
  }

  /** The token behind all others, which a number stands for; each one depends on those before. */
  static int token(long secret, long before) {
    return (int) (mix(secret ^ before) >>> 44);
  }

  static long after(long before, int token) {
    return mix(before * 31 + token + 1);
  }

  private static long mix(long x) {
    long z = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  boolean isImage() {
    return kind == Kind.IMAGE;
  }

  /** No worker needs so long that the default deadline comes: only what brokers forget is late. */
  boolean mayBeLate() {
    return deadlineAfterMs > 0 || dropped || lost;
  }

  /**
   * Nothing of it ever came into the log, and brokers deliver it no more: it was published without
   * `queued`, and its workers died before their `started`. Not even the ledger knows of it.
   */
  boolean isUnheardOf() {
    return dropped && queuedAt < 0 && truth.isUntouched();
  }

  boolean isInvalid() {
    return kind == Kind.INVALID || kind == Kind.REFUSED;
  }

  /**
   * How many deliveries what has happened explains: each fault two (its own, and one that a late
   * `started` displaces), each return one, each delivery of a duplicate one.
   */
  int explainedDeliveries() {
    return 1 + 2 * faults + returns + duplicateDeliveries;
  }

  @Override
  public String toString() {
    return "%s(%s, %d, from %s%s%s%s)"
        .formatted(
            id,
            kind,
            length,
            from,
            cancelAfterMs < 0 ? "" : ", cancelled after " + cancelAfterMs,
            deadlineAfterMs == 0 ? "" : ", deadline after " + deadlineAfterMs,
            twice ? ", twice" : "");
  }
}
