package dev.weir.bench.fault;

import dev.weir.stream.RequestPublisher.Published;

/**
 * A stream that runs.
 *
 * @param reader the one who asked, and follows it live
 */
record LiveStream(Question question, Published published, StreamCheck check, Following reader) {
  /** Worth being hit: it has begun and will not end at once. */
  boolean isUnderWay() {
    return !check.isFinished() && check.next() > 0 && check.next() < question.maxTokens() - 8;
  }

  boolean isComputedBy(String worker) {
    return !check.isFinished() && check.worker().equals(worker);
  }
}
