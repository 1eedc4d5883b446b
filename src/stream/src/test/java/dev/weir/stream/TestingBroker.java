package dev.weir.stream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** One broker for all tests of a JVM; each test has a prefix, so topics, of its own. */
final class TestingBroker {
  static final int PARTITIONS = 3;
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  private TestingBroker() {}

  private static final class Shared {
    static final Path FOLDER = folder();
    static final EmbeddedBroker BROKER = start();

    private static Path folder() {
      try {
        return Files.createTempDirectory("weir-broker");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static EmbeddedBroker start() {
      EmbeddedBroker broker = EmbeddedBroker.start(FOLDER);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                broker.close();
                delete(FOLDER);
              }));
      return broker;
    }

    private static void delete(Path folder) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A prefix of its own, with its topics. */
  static StreamConfig streams(Collection<String> models) {
    StreamConfig config = of(Shared.BROKER.bootstrap());
    try (StreamAdmin admin = new StreamAdmin(config)) {
      admin.ensure(models);
    }
    return config;
  }

  static StreamConfig of(String bootstrap) {
    return new StreamConfig(
        bootstrap,
        "test" + PREFIXES.incrementAndGet(),
        Map.of(),
        PARTITIONS,
        (short) -1,
        Duration.ofSeconds(2),
        Duration.ofMinutes(10));
  }
}
