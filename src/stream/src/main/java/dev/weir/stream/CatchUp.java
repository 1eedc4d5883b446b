package dev.weir.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings followers that begin in the past up to the end of the log, beside the live reader, which
 * it must not delay. A turn is limited, so that one long replay does not keep others waiting.
 */
final class CatchUp implements Runnable, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CatchUp.class);
  private static final int TURN_RECORDS = 50_000;
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  /** Kafka may be away for so long (a restart) before readings fail. */
  private static final Duration OUTAGE_LIMIT = Duration.ofSeconds(30);

  private static final long RETRY_MS = 250;

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final CatchUpQueue waiting;
  private final LiveTail live;
  private final Thread thread;
  private volatile boolean closed;

  CatchUp(
      Consumer<byte[], byte[]> consumer,
      String topic,
      CatchUpQueue waiting,
      LiveTail live,
      int number) {
    this.consumer = consumer;
    this.topic = topic;
    this.waiting = waiting;
    this.live = live;
    this.thread = Thread.ofPlatform().name("weir-chunks-catch-up-" + number).unstarted(this);
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    try (consumer) {
      Follower first = waiting.take();
      while (first != null) {
        if (!first.isClosed()) {
          turn(first);
        }
        first = waiting.take();
      }
    } catch (WakeupException | InterruptedException | InterruptException _) {
      log.debug("closed");
    }
  }

  private void turn(Follower first) throws InterruptedException {
    List<Follower> batch = List.of(first);
    try {
      if (!resolve(first)) {
        return;
      }
      batch = waiting.withNear(first);
      read(new TopicPartition(topic, first.partition()), batch);
    } catch (WakeupException | InterruptException e) {
      batch.forEach(waiting::add); // for the one who closes
      throw e;
    } catch (RuntimeException e) { // most of all Kafka's; no other may end this thread either
      failed(batch, e);
    }
  }

  /** Finds the offset of a follower that begins at a time; false if that failed for good. */
  private boolean resolve(Follower follower) {
    int partitions = consumer.partitionsFor(topic).size();
    if (partitions == 0) {
      throw new TimeoutException("there is no topic " + topic + " yet");
    }
    var since = follower.since();
    if (since != null) {
      int partition =
          since.partition() >= 0
              ? since.partition()
              : RequestIds.partition(follower.requestId(), partitions);
      TopicPartition tp = new TopicPartition(topic, partition);
      long end = end(tp); // asked first: what is written between the two answers lies behind it
      OffsetAndTimestamp found =
          consumer.offsetsForTimes(Map.of(tp, Math.max(0, since.timeMs()))).get(tp);
      follower.resolve(partition, found == null ? end : found.offset());
    }
    if (follower.partition() >= partitions) {
      follower.fail(
          "out_of_range",
          "the chunk log has no partition " + follower.partition() + ", only " + partitions,
          null);
      return false;
    }
    return true;
  }

  /** One turn of a batch in one partition. */
  private void read(TopicPartition tp, List<Follower> batch) {
    long begin = offset(tp, consumer.beginningOffsets(List.of(tp)));
    long end = end(tp);
    Map<String, List<Follower>> byId = new HashMap<>();
    for (Follower follower : batch) {
      follower.answered();
      if (follower.isClosed()) {
        continue;
      }
      if (follower.isBeyond(end)) {
        live.lost(tp, follower.next(), end);
        follower.fail(
            "out_of_range",
            "acknowledged records are lost: partition %d ends at %d, and was read to %d"
                .formatted(tp.partition(), end, follower.next()),
            null);
      } else if (follower.check(begin, end)) {
        byId.computeIfAbsent(follower.requestId(), _ -> new ArrayList<>(1)).add(follower);
      } else {
        follower.fail(
            "out_of_range",
            "offset %d of partition %d is not in the chunk log, which has %d to %d"
                .formatted(follower.next(), tp.partition(), begin, end),
            null);
      }
    }
    long reached = byId.isEmpty() ? end : readUpTo(tp, batch.getFirst().next(), end, byId);
    for (List<Follower> followers : byId.values()) {
      followers.forEach(follower -> follower.passed(reached));
      followers.forEach(follower -> next(follower, reached >= end));
    }
  }

  private void next(Follower follower, boolean atEnd) {
    if (atEnd && follower.caughtUp()) {
      live.add(follower);
    } else if (!follower.isClosed()) {
      waiting.add(follower);
    }
  }

  /** Offers records until the end, the limit of the turn, or nobody listens; says how far. */
  private long readUpTo(TopicPartition tp, long start, long end, Map<String, List<Follower>> byId) {
    consumer.assign(List.of(tp));
    consumer.seek(tp, start);
    long position = start;
    long lastNanos = System.nanoTime();
    while (position < end && position - start < TURN_RECORDS && !byId.isEmpty() && !closed) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
        offer(record, byId);
      }
      long now = consumer.position(tp);
      if (now > position) {
        lastNanos = System.nanoTime();
      } else if (System.nanoTime() - lastNanos > ANSWER_LIMIT.toNanos()) {
        throw new TimeoutException("no records of " + tp + " since " + ANSWER_LIMIT);
      }
      position = now;
    }
    return position;
  }

  private void offer(ConsumerRecord<byte[], byte[]> record, Map<String, List<Follower>> byId) {
    String id = ChunkRecords.key(record);
    List<Follower> followers = id == null ? null : byId.get(id);
    if (id == null || followers == null) {
      return;
    }
    LogRecord chunk = ChunkRecords.decode(id, record);
    if (chunk == null) {
      return;
    }
    followers.removeIf(follower -> {
      boolean goesOn = follower.offer(chunk);
      if (!goesOn && !follower.isClosed()) {
        waiting.add(follower); // it was sent back
      }
      return !goesOn;
    });
    if (followers.isEmpty()) {
      byId.remove(id);
    }
  }

  private void failed(List<Follower> batch, RuntimeException e) throws InterruptedException {
    boolean retry = e instanceof RetriableException;
    if (!retry) {
      log.error("cannot read {}", topic, e);
    }
    long now = System.nanoTime();
    for (Follower follower : batch) {
      if (follower.isClosed()) {
        continue;
      }
      if (retry && !follower.failedFor(now, OUTAGE_LIMIT.toNanos())) {
        waiting.add(follower);
      } else {
        follower.fail("unavailable", "the chunk log cannot be read: " + e.getMessage(), e);
      }
    }
    waiting.pause(RETRY_MS);
  }

  private long end(TopicPartition tp) {
    return offset(tp, consumer.endOffsets(List.of(tp)));
  }

  private static long offset(TopicPartition tp, Map<TopicPartition, Long> offsets) {
    Long offset = offsets.get(tp);
    if (offset == null) {
      throw new TimeoutException("no offset of " + tp);
    }
    return offset;
  }

  /** The queue must be closed before. */
  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    LiveTail.join(thread);
  }
}
