package dev.weir.stream;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Questions about topics that were just created: not every broker knows them yet. */
final class NewTopics {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final long RETRY_MS = 50;

  private NewTopics() {}

  /** Asks again while the answer is that there is no such topic, for 20 s at most. */
  static <T> T ask(Supplier<KafkaFuture<T>> question)
      throws ExecutionException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        return question.get().get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > end) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(RETRY_MS);
      }
    }
  }
}
