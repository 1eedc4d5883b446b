package dev.weir.stream;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the requests for one model from Kafka, has a {@link Generator} answer them, and writes the
 * streams: the worker's side of the stream protocol. The topics must be there: {@link
 * StreamAdmin#ensure}.
 */
public final class Intake implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Intake.class);
  private static final Duration MEASURE = Duration.ofSeconds(10);
  private static final Duration BALANCE = Duration.ofMillis(250);

  /** Of the group's window, from which on its standing still is near. */
  private static final double WINDOW_WARNING = 0.8;

  private final StreamConfig config;
  private final IntakeOptions options;
  private final Topics topics;
  private final KafkaClients clients;
  private final ChunkLog chunks;
  private final ControlLog control;
  private final KafkaLogWriter writer;
  private final InstantSource clock = InstantSource.system();
  private final AttemptWorld world;
  private final IntakeMeters meters;
  private final IntakeLoad load = new IntakeLoad();
  private final KafkaModelRegistry cards;
  private final Peers peers;
  private final boolean shared;
  private @Nullable UnsharedRequests unshared;
  private final List<Slot> slots = new ArrayList<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Thread keeper;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean closed;

  private Intake(
      StreamConfig config,
      IntakeOptions options,
      Generator generator,
      @Nullable MeterRegistry registry,
      boolean shared) {
    this.shared = shared;
    this.config = config;
    this.options = options;
    this.topics = new Topics(config.prefix());
    this.clients = new KafkaClients(config, registry);
    this.meters = new IntakeMeters(registry, options, load);
    this.cards = new KafkaModelRegistry(config, registry, options.model()::equals);
    this.peers = new Peers(cards, options.model(), options.worker());
    this.writer =
        new KafkaLogWriter(
            clients.chunkProducer("worker-" + options.worker()),
            config,
            "/weir/worker/" + options.worker(),
            clock,
            meters.failedReplies());
    this.chunks =
        new ChunkLog(clients, topics.chunks(), options.model(), ChunkLog.Limits.DEFAULT, registry);
    this.control = new ControlLog(clients.reader("control"), topics.control(), clock);
    this.world =
        new AttemptWorld(
            options.worker(),
            options.numericsId(),
            config.defaultDeadline(),
            chunks,
            writer,
            generator,
            control.cancelled(),
            clock);
    this.keeper = Thread.ofPlatform().name("weir-intake-" + options.model()).unstarted(this::keep);
  }

  /**
   * Begins to take requests, as soon as Kafka answers and the cancellations are read.
   *
   * @param registry takes the metrics; null: nobody measures
   */
  public static Intake start(
      StreamConfig config,
      IntakeOptions options,
      Generator generator,
      @Nullable MeterRegistry registry) {
    return start(new Intake(config, options, generator, registry, true));
  }

  /**
   * Takes each request that comes from now on, with one consumer for all slots and without a share
   * group: no other worker may be there, and what this one does not finish is lost. For
   * measurements of more streams than a group on a small machine has members for.
   */
  public static Intake startUnshared(
      StreamConfig config, IntakeOptions options, Generator generator) {
    return start(new Intake(config, options, generator, null, false));
  }

  private static Intake start(Intake intake) {
    intake.keeper.start();
    return intake;
  }

  /** Completes when requests are taken. */
  public CompletionStage<Void> ready() {
    return ready.minimalCompletionStage();
  }

  /** How many requests run now. */
  public int running() {
    return load.running();
  }

  /** How many more were taken and wait for room; nothing is written of them. */
  public int waiting() {
    return load.waiting.get();
  }

  /** Starts the slots; then gives back what others can do sooner, and measures the group. */
  private void keep() {
    try (Admin admin = clients.admin("intake-" + options.model(), Duration.ofSeconds(5))) {
      if (!control.awaitReady()) {
        return;
      }
      GroupSettings group = startSlots();
      Balance balance = new Balance(peers, options.holdLimit().toMillis());
      long measureAtMs = 0;
      while (group != null && !closed) {
        long now = clock.millis();
        if (now >= measureAtMs) {
          measureAtMs = now + MEASURE.toMillis();
          measure(admin, group);
        }
        balance.turn(slots(), clock.millis());
        // Not parked: the admin client parks too, and would take the wake-up of close for its own.
        if (closing.await(BALANCE.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      log.debug("interrupted", e);
    }
  }

  private @Nullable GroupSettings startSlots() {
    try (StreamAdmin admin = new StreamAdmin(config)) {
      while (!closed) {
        try {
          GroupSettings group = admin.group(options.model());
          String topicId = admin.topicId(topics.requests(options.model()));
          startSlots(group, topicId);
          ready.complete(null);
          return group;
        } catch (StreamUnavailableException | StreamSetupException e) {
          log.warn("model {} waits for its topics: {}", options.model(), e.getMessage());
          LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
      }
      return null;
    }
  }

  private synchronized void startSlots(GroupSettings group, String topicId) {
    if (closed) {
      return;
    }
    DeliveryReader reader = new DeliveryReader(topics, options.model(), topicId, group);
    if (!shared) {
      unshared =
          new UnsharedRequests(
              clients.reader("unshared"), topics.requests(options.model()), reader);
    }
    Duration lock = Duration.ofMillis(group.lockMs());
    int ahead = Math.max(0, options.intake() - options.slots());
    for (int i = 0; i < options.intake() - ahead; i++) {
      String name = "slot-" + options.model() + "-" + i;
      add(name, false, lock, () -> source(name, reader, lock));
    }
    List<Slot> running = List.copyOf(slots);
    LookAhead lookAhead =
        new LookAhead(() -> running.stream().allMatch(Slot::isBusy), peers::freeSlots, clock);
    for (int i = 0; i < ahead; i++) {
      String name = "ahead-" + options.model() + "-" + i;
      add(name, true, lock, () -> new AheadSource(lookAhead, () -> source(name, reader, lock)));
    }
  }

  private RequestSource source(String name, DeliveryReader reader, Duration lock) {
    if (unshared != null) {
      return unshared.source();
    }
    return new KafkaRequestSource(
        clients.shareConsumer(name, topics.workers(options.model())),
        topics.requests(options.model()),
        reader,
        lock.dividedBy(3));
  }

  private void add(String name, boolean ahead, Duration lock, Supplier<RequestSource> sources) {
    Slot slot = new Slot(world, sources, lock, meters, load, ahead, name);
    slots.add(slot);
    slot.start();
  }

  private synchronized List<Slot> slots() {
    return List.copyOf(slots);
  }

  private void measure(Admin admin, GroupSettings group) throws InterruptedException {
    String name = topics.workers(options.model());
    TopicPartition requests = new TopicPartition(topics.requests(options.model()), 0);
    try {
      SharePartitionOffsetInfo offsets =
          admin
              .listShareGroupOffsets(
                  Map.of(name, new ListShareGroupOffsetsSpec().topicPartitions(List.of(requests))))
              .partitionsToOffsetInfo(name)
              .get()
              .get(requests);
      if (offsets != null) {
        double ratio =
            meters.group(offsets.startOffset(), offsets.lag().orElse(0L), group.maxRecordLocks());
        if (ratio > WINDOW_WARNING) {
          log.warn(
              "model {}: the request at offset {} is not done and holds {} of the {} requests that"
                  + " may lie behind it; then none is delivered until it ends",
              options.model(),
              offsets.startOffset(),
              Math.round(ratio * group.maxRecordLocks()),
              group.maxRecordLocks());
        }
      }
    } catch (ExecutionException e) {
      log.debug("no lag of {}", name, e);
    }
  }

  /**
   * Takes nothing more, lets what runs go on for the limit of the options, and leaves the rest to
   * other workers.
   */
  @Override
  public void close() {
    List<Slot> running;
    synchronized (this) {
      closed = true;
      running = List.copyOf(slots);
    }
    closing.countDown();
    LockSupport.unpark(keeper);
    try {
      running.forEach(Slot::stopTaking);
      await(running, options.closeLimit());
      running.forEach(Slot::handOver);
      if (!await(running, KafkaClients.DELIVERY_LIMIT)) {
        log.error("job slots of {} do not end", options.model());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (unshared != null) {
      unshared.close();
    }
    control.close();
    LiveTail.join(keeper);
    cards.close();
    chunks.close();
    writer.close();
    clients.close();
  }

  private static boolean await(List<Slot> running, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    boolean all = true;
    for (Slot slot : running) {
      all &= slot.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
    return all;
  }
}
