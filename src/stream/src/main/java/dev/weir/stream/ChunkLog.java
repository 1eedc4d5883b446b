package dev.weir.stream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The chunk log as it is read in one process: one thread follows its end for all listeners, others
 * bring those that begin in the past up to it.
 *
 * <pre>
 *   read ──▶ live (joins, if the live position or the records kept in memory reach back far enough)
 *              │ begins earlier                     ▲
 *              ▼                                    │ has reached the end
 *            catch-up queue ──▶ catch-up thread ────┘
 *              ▲                    │ after so many records: others' turn
 *              └────────────────────┘
 * </pre>
 */
final class ChunkLog implements LogReader, AutoCloseable {
  private final LiveTail live;
  private final CatchUpQueue waiting;
  private final List<CatchUp> catchUps = new ArrayList<>();
  private final AtomicInteger followers = new AtomicInteger();
  private final int maxFollowers;
  private volatile boolean closed;

  /**
   * Limits of one process.
   *
   * @param catchUpThreads readings of the past at a time; each has a consumer
   * @param maxFollowers readings in all
   * @param recentBytes of records kept in memory behind the live position
   */
  record Limits(int catchUpThreads, int maxFollowers, long recentBytes) {
    static final Limits DEFAULT = new Limits(2, 100_000, 32L << 20);
  }

  /**
   * @param who reads, for the metrics: a process may have several
   */
  ChunkLog(
      KafkaClients clients,
      String topic,
      String who,
      Limits limits,
      @Nullable MeterRegistry registry) {
    this.maxFollowers = limits.maxFollowers();
    this.waiting = new CatchUpQueue();
    this.live =
        new LiveTail(
            clients.reader("chunks-live"),
            topic,
            waiting,
            limits.recentBytes(),
            LostRecords.counter(registry, who));
    for (int i = 0; i < limits.catchUpThreads(); i++) {
      catchUps.add(new CatchUp(clients.catchUp("chunks-catch-up-" + i), topic, waiting, live, i));
    }
    if (registry != null) {
      Tags tags = Tags.of("reader", who);
      Gauge.builder("weir.stream.followers", followers, AtomicInteger::get)
          .description("streams that are followed")
          .tags(tags)
          .register(registry);
      Gauge.builder("weir.stream.catching.up", waiting, CatchUpQueue::size)
          .description("streams that wait to be brought up from the past")
          .tags(tags)
          .register(registry);
      Gauge.builder("weir.stream.lag", live, LiveTail::lag)
          .description("records of the chunk log that were not read yet")
          .tags(tags)
          .register(registry);
      Gauge.builder("weir.stream.partitions.owned", live, LiveTail::ownedPartitions)
          .description("partitions of the chunk log that are kept followed")
          .tags(tags)
          .register(registry);
      Gauge.builder("weir.stream.partitions.followed", live, LiveTail::followedPartitions)
          .description("partitions of the chunk log that are read")
          .tags(tags)
          .register(registry);
      Gauge.builder("weir.stream.recent.bytes", live, LiveTail::recentBytes)
          .description("of the last records, kept for streams that begin now")
          .tags(tags)
          .register(registry);
    }
    live.start();
    catchUps.forEach(CatchUp::start);
  }

  @Override
  public Reading read(String requestId, Place start, LogListener listener) {
    Follower follower = new Follower(requestId, start, listener, this::left);
    if (followers.incrementAndGet() > maxFollowers || closed) {
      follower.fail(
          "unavailable",
          closed
              ? "the reader is closed"
              : "this process follows " + maxFollowers + " streams already",
          null);
    } else {
      live.add(follower);
      if (closed) { // between the question and the answer
        follower.fail("unavailable", "the reader is closed", null);
      }
    }
    return follower;
  }

  /** Keeps these partitions followed, listeners or not, and no longer those it was told before. */
  void own(Set<Integer> partitions) {
    live.own(partitions);
  }

  int followers() {
    return followers.get();
  }

  private void left(Follower follower) {
    followers.decrementAndGet();
    live.remove(follower);
  }

  @Override
  public void close() {
    closed = true;
    waiting.close();
    catchUps.forEach(CatchUp::close);
    live.close();
    waiting.drain().forEach(f -> f.fail("unavailable", "the reader was closed", null));
  }
}
