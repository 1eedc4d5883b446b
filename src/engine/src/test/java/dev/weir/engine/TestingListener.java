package dev.weir.engine;

import dev.weir.engine.TokenSpan.TokenLogprob;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Records an output and checks what every listener may rely on. */
final class TestingListener implements TextListener {
  final List<Integer> tokens = new ArrayList<>();
  // released by each span
  final List<String> texts = new ArrayList<>();
  final List<TokenLogprob> logprobs = new ArrayList<>();
  private long next;
  private @Nullable Outcome outcome;
  private final CountDownLatch finished = new CountDownLatch(1);

  /** For an output that goes on at an index. */
  TestingListener(long firstIndex) {
    next = firstIndex;
  }

  TestingListener() {
    this(0);
  }

  @Override
  public void onTokens(TokenSpan span) {
    check(outcome == null, "tokens after the end");
    check(span.firstIndex() == next, "a gap before " + span.firstIndex());
    check(span.ids().length > 0, "a span without tokens");
    for (int id : span.ids()) {
      tokens.add(id);
    }
    next += span.ids().length;
    texts.add(span.text());
    logprobs.addAll(span.logprobs());
  }

  @Override
  public void onFinished(Outcome end) {
    check(outcome == null, "finished twice");
    outcome = end;
    texts.add(end.text());
    finished.countDown();
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  boolean finished() {
    return outcome != null;
  }

  Outcome outcome() {
    return Objects.requireNonNull(outcome, "not finished");
  }

  /** Waits for the end. */
  Outcome await() throws InterruptedException {
    check(finished.await(20, TimeUnit.SECONDS), "no end within 20 s");
    return outcome();
  }

  String text() {
    return String.join("", texts);
  }
}
