package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers, as {@code weir broker --quorum} starts each of them. */
final class EmbeddedClusterIT {
  @TempDir Path data;

  @Test
  void threeBrokersHoldThreeCopiesAndAnyOneOfThemMayGo() throws Exception {
    List<Integer> ports = FreePorts.several(6);
    List<EmbeddedBroker> brokers = new ArrayList<>();
    try (ExecutorService starting = Executors.newThreadPerTaskExecutor(Thread::new)) {
      List<Future<EmbeddedBroker>> starts = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        BrokerOptions options =
            new BrokerOptions(
                data.resolve("broker-" + (i + 1)),
                ports.get(i),
                i + 1,
                ports.subList(3, 6),
                List.of());
        Callable<EmbeddedBroker> start = () -> EmbeddedBroker.start(options);
        starts.add(starting.submit(start));
      }
      for (Future<EmbeddedBroker> start : starts) {
        brokers.add(start.get());
      }
    }
    StreamConfig config =
        StreamConfig.of(
            brokers.stream().map(EmbeddedBroker::bootstrap).collect(Collectors.joining(",")));
    try (StreamAdmin admin = new StreamAdmin(config);
        TopicOperations topics = new TopicOperations(config)) {
      admin.ensure(List.of("echo"));
      assertThat(topics.leader(0)).isBetween(1, 3);
      while (!topics.inSync()) {
        Thread.onSpinWait();
      }
      int leader = topics.leader(0);
      brokers.remove(leader - 1).close();
      int next = topics.leader(0);
      while (next == leader || next < 0) {
        next = topics.leader(0);
      }
      assertThat(topics.inSync()).isFalse();
      topics.requireInsync("echo", 3); // and nothing is taken until the third is back
      topics.requireInsync("echo", 2);
      admin.ensure(List.of("echo"));
    } finally {
      brokers.forEach(EmbeddedBroker::close);
    }
  }
}
