package dev.weir.bench.stream;

import dev.weir.bench.ScratchFolder;
import dev.weir.stream.EmbeddedBroker;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import dev.weir.stream.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Kafka and workers of a benchmark, in this process. Topics of each prefix are their own. */
final class StreamCluster implements AutoCloseable {
  /**
   * A worker of more slots, which then is alone, takes requests without a group: hundreds of share
   * consumers leave a broker on the same two cores no time to answer them.
   */
  private static final int MOST_MEMBERS = 128;

  private final EmbeddedBroker broker;
  private final Path folder;
  private final StreamConfig config;
  private final List<PacedWorker> workers = new ArrayList<>();

  private StreamCluster(EmbeddedBroker broker, Path folder, StreamConfig config) {
    this.broker = broker;
    this.folder = folder;
    this.config = config;
  }

  /** A broker that dies with this process; its data lies in the folder. */
  static EmbeddedBroker broker(ScratchFolder folder) {
    return EmbeddedBroker.start(folder.path().resolve("broker"));
  }

  /**
   * Makes the topics of a prefix and starts workers.
   *
   * @param partitions of the chunk log
   * @param slots of each worker
   */
  static StreamCluster start(
      EmbeddedBroker broker,
      ScratchFolder folder,
      String prefix,
      int partitions,
      int workers,
      int slots)
      throws InterruptedException {
    StreamConfig defaults = StreamConfig.of(broker.bootstrap());
    StreamConfig config =
        new StreamConfig(
            broker.bootstrap(),
            prefix,
            Map.of(),
            partitions,
            defaults.replicationFactor(),
            defaults.lockDuration(),
            defaults.defaultDeadline());
    try (StreamAdmin admin = new StreamAdmin(config)) {
      admin.ensure(List.of(PacedWorker.MODEL));
    }
    StreamCluster cluster =
        new StreamCluster(broker, folder.path().resolve("broker").resolve("kafka"), config);
    try {
      for (int i = 0; i < workers; i++) {
        cluster.workers.add(
            new PacedWorker(config, prefix + "-" + i, slots, slots <= MOST_MEMBERS));
      }
    } catch (RuntimeException | InterruptedException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  String bootstrap() {
    return broker.bootstrap();
  }

  String prefix() {
    return config.prefix();
  }

  int partitions() {
    return config.chunkPartitions();
  }

  /** Of all workers, from now on: see {@link PacedGenerator#pace}. */
  void pace(double stepsPerSecond, int tokens, PacedGenerator.Text text) {
    workers.forEach(worker -> worker.generator().pace(stepsPerSecond, tokens, text));
  }

  /** Every stream ends. */
  void endAll() {
    workers.forEach(worker -> worker.generator().endAll());
  }

  /** Tokens that all workers have made so far. */
  long emitted() {
    return workers.stream().mapToLong(worker -> worker.generator().emitted()).sum();
  }

  BrokerCounters counters() {
    return BrokerCounters.of(chunks());
  }

  private String chunks() {
    return new Topics(config.prefix()).chunks();
  }

  /** Bytes of the chunk log as it lies on the disk, indexes left out. */
  long logBytes() {
    try (Stream<Path> partitions = Files.list(folder)) {
      return partitions
          .filter(path -> path.getFileName().toString().matches(chunks() + "-\\d+"))
          .mapToLong(StreamCluster::segmentBytes)
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long segmentBytes(Path partition) {
    try (Stream<Path> files = Files.list(partition)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".log"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the workers, side by side: each may take seconds. The broker stays. */
  @Override
  public void close() {
    List<Thread> closing = workers.stream().map(w -> Thread.ofPlatform().start(w::close)).toList();
    try {
      for (Thread thread : closing) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
