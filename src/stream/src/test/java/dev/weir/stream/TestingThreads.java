package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Which threads there are, by name: what a test started must be gone after it. */
final class TestingThreads {
  private TestingThreads() {}

  static Set<String> names() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Waits until no thread is left but those (a client's network thread ends a moment late). */
  static void awaitGone(Set<String> before, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    Set<String> left = left(before);
    while (!left.isEmpty() && System.nanoTime() < end) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      left = left(before);
    }
    assertThat(left).isEmpty();
  }

  private static Set<String> left(Set<String> before) {
    Set<String> left = names();
    left.removeAll(before);
    left.removeIf(name -> !name.contains("weir") && !name.contains("afka"));
    return left;
  }
}
