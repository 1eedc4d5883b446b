package dev.weir.stream;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the end of the chunk log: one thread, one consumer, the partitions that are owned or have
 * listeners.
 */
final class LiveTail implements Runnable, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveTail.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final int INBOX = 16_384;

  /** A partition that nobody listens to is left after so long: listeners come and go. */
  private static final Duration LINGER = Duration.ofSeconds(30);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final CatchUpQueue catchUp;
  private final long maxRecentBytes;
  private final Counter lostRecords;
  private final BlockingQueue<Follower> joining = new ArrayBlockingQueue<>(INBOX);
  private final BlockingQueue<Follower> leaving = new ArrayBlockingQueue<>(INBOX);
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Map<Integer, LivePartition> partitions = new HashMap<>();
  private final Thread thread;
  private volatile Set<Integer> owned = Set.of();
  private volatile boolean closed;
  private volatile long lag;
  private volatile long recentBytes;
  private volatile int followedPartitions;
  private long tendedNanos = System.nanoTime();
  private Set<Integer> kept = Set.of();

  LiveTail(
      Consumer<byte[], byte[]> consumer,
      String topic,
      CatchUpQueue catchUp,
      long maxRecentBytes,
      Counter lostRecords) {
    this.consumer = consumer;
    this.topic = topic;
    this.catchUp = catchUp;
    this.maxRecentBytes = maxRecentBytes;
    this.lostRecords = lostRecords;
    this.thread = Thread.ofPlatform().name("weir-chunks-live").unstarted(this);
  }

  void start() {
    thread.start();
  }

  /** Any thread: a follower joins here, or goes to the catch-up queue. */
  void add(Follower follower) {
    if (!joining.offer(follower)) {
      catchUp.add(follower); // it comes again, when there is room
    }
    wake();
  }

  /** Any thread. A follower that finds no room is forgotten at the next tending. */
  void remove(Follower follower) {
    if (leaving.offer(follower) && leaving.size() > INBOX / 2) {
      wake();
    }
  }

  /** Any thread. */
  void own(Set<Integer> newOwned) {
    owned = Set.copyOf(newOwned);
    wake();
  }

  /** Records that lie in the log but have not been read. */
  long lag() {
    return lag;
  }

  long recentBytes() {
    return recentBytes;
  }

  /** Partitions that are kept followed, listeners or not. */
  int ownedPartitions() {
    return owned.size();
  }

  /** Partitions that are read: those that are owned, and others while they have listeners. */
  int followedPartitions() {
    return followedPartitions;
  }

  private void wake() {
    if (woken.compareAndSet(false, true)) {
      consumer.wakeup();
    }
  }

  @Override
  public void run() {
    try (consumer) {
      while (!closed) {
        try {
          woken.set(false);
          admit();
          follow();
        } catch (WakeupException _) {
          log.trace("woken");
        } catch (OffsetOutOfRangeException e) {
          outOfRange(e);
        } catch (TimeoutException e) {
          log.warn("Kafka does not answer: {}", e.getMessage());
        } catch (InterruptException e) {
          throw e;
        } catch (RuntimeException e) { // most of all Kafka's; no other may end this thread either
          failAll("the chunk log cannot be read: " + e.getMessage(), e);
          catchUpPause();
        }
      }
    } catch (InterruptException _) {
      log.debug("interrupted");
    }
    failAll("the reader was closed", null);
  }

  private void admit() {
    Follower follower = joining.poll();
    while (follower != null) {
      admit(follower);
      follower = joining.poll();
    }
    follower = leaving.poll();
    while (follower != null) {
      LivePartition partition = partitions.get(follower.partition());
      if (partition != null) {
        partition.remove(follower);
      }
      follower = leaving.poll();
    }
    keep(owned);
  }

  private void keep(Set<Integer> wanted) {
    for (int number : wanted) {
      if (!partitions.containsKey(number)) {
        assignAtEnd(number);
      }
    }
    for (int number : kept) {
      LivePartition partition = partitions.get(number);
      if (partition != null && !wanted.contains(number)) {
        partition.forgo(System.nanoTime() - LINGER.toNanos());
      }
    }
    kept = wanted;
  }

  private void admit(Follower follower) {
    if (follower.isClosed()) {
      return;
    }
    if (follower.since() != null) {
      catchUp.add(follower);
      return;
    }
    LivePartition partition = partitions.get(follower.partition());
    if (partition == null) {
      if (!follower.isChecked()) {
        catchUp.add(follower); // it is not known how far back that is
        return;
      }
      partition = assign(follower.partition(), follower.next());
    }
    if (follower.mustExist() && follower.next() >= partition.position()) {
      catchUp.add(follower);
      return;
    }
    switch (partition.join(follower)) {
      case YES -> {
        if (!follower.caughtUp()) {
          partition.remove(follower);
          again(follower);
        }
      }
      case TOO_EARLY -> catchUp.add(follower);
      case GONE -> again(follower);
    }
  }

  private void again(Follower follower) {
    if (!follower.isClosed()) {
      catchUp.add(follower);
    }
  }

  private LivePartition assign(int number, long position) {
    LivePartition partition = new LivePartition(position, System.nanoTime());
    partitions.put(number, partition);
    reassign();
    consumer.seek(new TopicPartition(topic, number), position);
    return partition;
  }

  private void assignAtEnd(int number) {
    TopicPartition tp = new TopicPartition(topic, number);
    Long end = consumer.endOffsets(List.of(tp)).get(tp);
    if (end != null) {
      assign(number, end);
    }
  }

  private void reassign() {
    followedPartitions = partitions.size();
    consumer.assign(
        partitions.keySet().stream().map(number -> new TopicPartition(topic, number)).toList());
  }

  private void follow() {
    if (partitions.isEmpty()) {
      awaitFirst();
      return;
    }
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    long share = maxRecentBytes / partitions.size();
    for (TopicPartition tp : records.partitions()) {
      LivePartition partition = partitions.get(tp.partition());
      if (partition == null) {
        continue;
      }
      for (ConsumerRecord<byte[], byte[]> record : records.records(tp)) {
        partition.take(record, share).forEach(catchUp::add);
      }
      partition.reached(consumer.position(tp));
    }
    tend();
  }

  /** A consumer without partitions cannot poll. */
  private void awaitFirst() {
    try {
      Follower first = joining.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
      if (first != null) {
        admit(first);
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Once a second: leaves partitions that nobody wants, and measures. */
  private void tend() {
    long now = System.nanoTime();
    if (now - tendedNanos < TimeUnit.SECONDS.toNanos(1)) {
      return;
    }
    tendedNanos = now;
    Set<Integer> keep = owned;
    boolean left =
        partitions
            .entrySet()
            .removeIf(
                p -> p.getValue().idleNanos(now) > LINGER.toNanos() && !keep.contains(p.getKey()));
    if (left) {
      reassign();
    }
    lag = consumer.assignment().stream().mapToLong(tp -> consumer.currentLag(tp).orElse(0)).sum();
    recentBytes = partitions.values().stream().mapToLong(LivePartition::recentBytes).sum();
  }

  /** What was to be read next is gone: it was deleted, or the log lost it. */
  private void outOfRange(OffsetOutOfRangeException e) {
    log.warn("positions are out of range: {}", e.offsetOutOfRangePartitions());
    for (Map.Entry<TopicPartition, Long> position : e.offsetOutOfRangePartitions().entrySet()) {
      TopicPartition tp = position.getKey();
      long end = end(tp);
      if (e instanceof LogTruncationException || position.getValue() > end) {
        lost(tp, position.getValue(), end);
      }
      LivePartition partition = partitions.remove(tp.partition());
      if (partition != null) {
        for (Follower follower : partition.all()) {
          follower.fail("out_of_range", "records of the chunk log are gone: " + e.getMessage(), e);
        }
      }
    }
    reassign();
  }

  /** Where a partition ends; the far future if Kafka does not tell now. */
  private long end(TopicPartition tp) {
    try {
      return consumer.endOffsets(List.of(tp)).getOrDefault(tp, Long.MAX_VALUE);
    } catch (KafkaException e) { // an interrupt is heard again at the next poll
      log.debug("no end of {}", tp, e);
      return Long.MAX_VALUE;
    }
  }

  /** The log was read further than it goes now: a broker has lost what it had acknowledged. */
  void lost(TopicPartition tp, long position, long end) {
    log.error("acknowledged records are lost: {} was read to {} and ends at {}", tp, position, end);
    lostRecords.increment();
  }

  private void failAll(String message, @Nullable Throwable cause) {
    List<Follower> all = new ArrayList<>();
    partitions.values().forEach(partition -> all.addAll(partition.all()));
    joining.drainTo(all);
    if (!closed) {
      log.error("{}; {} readings fail", message, all.size(), cause);
      partitions.clear();
      reassign();
    }
    all.forEach(follower -> follower.fail("unavailable", message, cause));
  }

  private void catchUpPause() {
    try {
      catchUp.pause(1000);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    join(thread);
  }

  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
