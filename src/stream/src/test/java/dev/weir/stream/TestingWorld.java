package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Position;
import dev.weir.proto.v1.Result;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.RequestSource.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request, its log, its share group and some workers in virtual time, in one thread: what
 * happens, and when, is a function of the seed. Sends are late, fail, or land although they failed;
 * workers die and pause; locks expire under them.
 */
final class TestingWorld {
  static final String REQUEST = "request-1";
  static final int ANSWER = 30;
  private static final int LOCK_MS = 1_000;
  private static final int LIFE_MS = 600_000;

  private final Random random;
  private final PriorityQueue<Happening> agenda =
      new PriorityQueue<>(
          Comparator.comparingLong(Happening::atMs).thenComparingLong(Happening::number));
  private final List<LogRecord> log = new ArrayList<>();
  private final List<SimulatedReading> readings = new ArrayList<>();
  private final Delivery request;
  private final List<Runnable> watches = new ArrayList<>();
  private long nowMs = 1_000_000;
  private long happenings;
  private final int lateOneIn;
  private int faults;
  private int attempts;
  private boolean cancelled;

  // The share group.
  private @Nullable Worker holder;
  private long lockedUntilMs;
  private int deliveries;
  @Nullable Settlement settled;
  int buried;

  private record Happening(long atMs, long number, Runnable what) {}

  /**
   * @param faults how many things may go wrong
   * @param lateOneIn sends that one comes late of
   */
  TestingWorld(long seed, int workers, int faults, int lateOneIn, boolean knowsFrom) {
    this.random = new Random(seed);
    this.faults = faults;
    this.lateOneIn = lateOneIn;
    int before = random.nextInt(4);
    for (int i = 0; i < before; i++) {
      append(TestingChunks.queued());
    }
    GenerationRequest.Builder body =
        GenerationRequest.newBuilder().setId(REQUEST).setModel("echo").setPrompt("x");
    if (knowsFrom) {
      // One that lies beyond the end counts as absent.
      boolean none = before == 0 || random.nextInt(8) == 0;
      int from = none ? before + 1 + random.nextInt(9) : random.nextInt(before);
      body.setFrom(Position.newBuilder().setPartition(0).setOffset(from));
    }
    this.request =
        new Delivery(
            REQUEST,
            "weir.requests.echo",
            7,
            nowMs,
            9,
            4,
            ContentType.PROTOBUF,
            RequestHeaders.NONE,
            body.build(),
            null,
            new Delivery.Raw(null, null, List.of()));
    for (int i = 0; i < workers; i++) {
      new Worker("w" + i).idle();
    }
  }

  List<Chunk> log() {
    return log.stream().map(LogRecord::chunk).toList();
  }

  void cancelAfter(long ms) {
    in(
        ms,
        () -> {
          cancelled = true;
          List.copyOf(watches).forEach(Runnable::run);
        });
  }

  /** Runs until nothing happens any more, or for as long as a request lives. */
  void run() {
    long end = nowMs + LIFE_MS;
    while (!agenda.isEmpty() && nowMs < end && (settled == null || !readings.isEmpty())) {
      Happening next = agenda.remove();
      nowMs = next.atMs();
      next.what().run();
    }
  }

  private void in(long ms, Runnable what) {
    agenda.add(new Happening(nowMs + ms, happenings++, what));
  }

  private boolean fault(int oneIn) {
    if (faults > 0 && random.nextInt(oneIn) == 0) {
      faults--;
      return true;
    }
    return false;
  }

  private long append(Chunk chunk) {
    long offset = log.size();
    log.add(new LogRecord(0, offset, nowMs, chunk));
    readings.forEach(SimulatedReading::wake);
    return offset;
  }

  private static int token(int i) {
    return 100 + i;
  }

  static List<Integer> answer(long count) {
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tokens.add(token(i));
    }
    return tokens;
  }

  /** A reading that lags as it likes. */
  private final class SimulatedReading implements LogReader.Reading {
    private final LogReader.LogListener listener;
    private final long start;
    private long next;
    private boolean underWay;
    private boolean caughtUp;
    private boolean closed;

    SimulatedReading(long start, LogReader.LogListener listener) {
      this.start = start;
      this.next = start;
      this.listener = listener;
      readings.add(this);
      wake();
    }

    void wake() {
      if (!underWay) {
        underWay = true;
        in(1 + random.nextInt(random.nextInt(20) == 0 ? LOCK_MS : 20), this::read);
      }
    }

    private void read() {
      underWay = false;
      int some = 1 + random.nextInt(5);
      while (!closed && next < log.size() && some-- > 0) {
        listener.onRecord(log.get((int) next++), this);
      }
      if (closed) {
        return;
      }
      if (next < log.size()) {
        wake();
      } else if (!caughtUp) {
        caughtUp = true;
        listener.onCaughtUp(this);
      }
    }

    @Override
    public void rewind(long offset) {
      throw new UnsupportedOperationException("an attempt never goes back");
    }

    @Override
    public void rewindToEarliest() {
      throw new UnsupportedOperationException("an attempt never goes back");
    }

    @Override
    public long startOffset() {
      return start;
    }

    @Override
    public int partition() {
      return 0;
    }

    @Override
    public void close() {
      closed = true;
      readings.remove(this);
    }
  }

  /** A slot of a worker: its producer, its attempt, its lock. */
  private final class Worker implements LogWriter, LogReader, Generator, Cancellations {
    private final String name;
    private final ArrayDeque<Runnable> pipe = new ArrayDeque<>();
    private boolean sending;
    private boolean dead;
    private long pausedUntilMs;
    private @Nullable Attempt attempt;

    Worker(String name) {
      this.name = name;
    }

    void idle() {
      in(1 + random.nextInt(50), this::take);
    }

    private void take() {
      if (settled != null || dead) {
        return;
      }
      if (holder != null && nowMs < lockedUntilMs) {
        idle();
        return;
      }
      holder = this;
      deliveries++;
      lockedUntilMs = nowMs + LOCK_MS;
      byte[] id = new byte[16];
      id[0] = (byte) ++attempts;
      AttemptWorld world =
          new AttemptWorld(
              name,
              "",
              Duration.ofMillis(LIFE_MS / 2),
              this,
              this,
              this,
              this,
              () -> java.time.Instant.ofEpochMilli(nowMs));
      Attempt[] mine = new Attempt[1];
      ArrayDeque<AttemptEvent> mailbox = new ArrayDeque<>();
      Attempt created =
          new Attempt(
              world,
              request,
              ByteString.copyFrom(id),
              event -> {
                mailbox.add(event);
                in(random.nextInt(3), () -> deliver(mine[0], mailbox));
              });
      mine[0] = created;
      attempt = created;
      created.begin();
      after(created);
      if (random.nextInt(4) == 0) {
        in(random.nextInt(LOCK_MS), () -> giveBack(created));
      }
      in(LOCK_MS / 3, () -> renew(created));
    }

    private void giveBack(Attempt current) {
      if (current == attempt && !dead && nowMs >= pausedUntilMs) {
        int written = log.size() + pipe.size();
        boolean untouched = current.isWaiting();
        current.on(new AttemptEvent.GiveBack(AttemptEvent.GiveBack.Reason.FREE_ELSEWHERE));
        if (untouched != current.isDone() || written != log.size() + pipe.size()) {
          throw new AssertionError("given back although it was begun, or not without a trace");
        }
        after(current);
      }
    }

    private void deliver(Attempt to, ArrayDeque<AttemptEvent> mailbox) {
      if (dead || to != attempt || mailbox.isEmpty()) {
        return;
      }
      if (nowMs < pausedUntilMs) {
        in(pausedUntilMs - nowMs, () -> deliver(to, mailbox));
        return;
      }
      if (fault(60)) {
        die();
        return;
      }
      if (fault(60)) {
        pausedUntilMs = nowMs + random.nextInt(3 * LOCK_MS);
      }
      to.on(mailbox.remove());
      after(to);
    }

    /** What a slot does between events. */
    private void after(Attempt current) {
      current.tick(nowMs);
      if (current.isDone()) {
        attempt = null;
        settle(current.settlement());
        idle();
      } else if (current.nextTickMs() != Long.MAX_VALUE) {
        in(
            Math.max(1, current.nextTickMs() - nowMs),
            () -> {
              if (current == attempt && !dead) {
                current.tick(nowMs);
                if (current.isDone()) {
                  after(current);
                }
              }
            });
      }
    }

    private void renew(Attempt current) {
      if (current != attempt || dead) {
        return;
      }
      if (nowMs < pausedUntilMs) {
        in(pausedUntilMs - nowMs, () -> renew(current));
        return;
      }
      if (holder == this && nowMs < lockedUntilMs && !fault(40)) {
        lockedUntilMs = nowMs + LOCK_MS;
        in(LOCK_MS / 3, () -> renew(current));
      } else {
        current.on(new AttemptEvent.LockLost());
        after(current);
      }
    }

    private void settle(Settlement how) {
      boolean mine = holder == this;
      // That a broker takes an accept proves nothing: without a new holder it takes it after
      // expiry.
      if (!mine) {
        return;
      }
      holder = null;
      if (how != Settlement.RELEASE) {
        StreamRule rule = new StreamRule();
        log.forEach(record -> rule.apply(record.chunk()));
        if (!rule.finished()) {
          throw new AssertionError("accepted before a `finished` that counts");
        }
        settled = how;
      }
    }

    /** What it has under way may land, later. */
    private void die() {
      dead = true;
      attempt = null;
      if (random.nextBoolean()) {
        pipe.clear();
      }
      new Worker(name + "'").idle();
    }

    // The producer: records of one worker land in order.

    @Override
    public int partitions() {
      return 1;
    }

    @Override
    public void chunk(
        int partition,
        String requestId,
        Chunk chunk,
        ContentType type,
        RequestHeaders about,
        Outcome outcome) {
      if (fault(40)) { // it never lands, while those behind it may
        in(1 + random.nextInt(200), () -> outcome.onDone(-1, new IllegalStateException("lost")));
        return;
      }
      boolean unsure = fault(60); // it lands, and nobody hears of it
      pipe.add(() -> {
        long offset = append(chunk);
        if (unsure) {
          outcome.onDone(-1, new IllegalStateException("no answer"));
        } else {
          in(random.nextInt(10), () -> outcome.onDone(offset, null));
        }
      });
      pump();
    }

    private void pump() {
      if (!sending) {
        sending = true;
        int late = random.nextInt(lateOneIn) == 0 ? 3 * LOCK_MS : 10;
        in(
            1 + random.nextInt(late),
            () -> {
              sending = false;
              if (!pipe.isEmpty()) {
                pipe.remove().run();
                pump();
              }
            });
      }
    }

    @Override
    public void bury(Delivery delivery, Failure reason, int attempts, Outcome outcome) {
      buried++;
      in(5, () -> outcome.onDone(0, null));
    }

    @Override
    public void reply(Result result, ContentType type, RequestHeaders about, Outcome outcome) {
      throw new AssertionError("nobody asked for a reply");
    }

    @Override
    public LogReader.Reading read(
        String requestId, LogReader.Place start, LogReader.LogListener listener) {
      return switch (start) {
        case LogReader.Place.At at -> new SimulatedReading(at.offset(), listener);
        case LogReader.Place.Since _ -> new SimulatedReading(0, listener);
      };
    }

    @Override
    public @Nullable String reason(String requestId) {
      return cancelled ? "test" : null;
    }

    @Override
    public Watch watch(String requestId, Consumer<String> onCancelled) {
      Runnable watch = () -> onCancelled.accept("test");
      watches.add(watch);
      return () -> watches.remove(watch);
    }

    @Override
    public Job begin(GenerationRequest body, RequestHeaders headers, Sink sink) {
      if (random.nextInt(3) == 0) { // it waits for room, longer than a lock at times
        in(random.nextInt(2 * LOCK_MS), sink::admitted);
      } else {
        sink.admitted();
      }
      return new SimulatedJob(sink);
    }
  }

  private final class SimulatedJob implements Generator.Job {
    private final Generator.Sink sink;
    private int next;
    private boolean over;
    private boolean cancelling;

    SimulatedJob(Generator.Sink sink) {
      this.sink = sink;
    }

    @Override
    public void proceed(List<Tokens> emitted) {
      List<Integer> ids = emitted.stream().flatMap(t -> t.getIdsList().stream()).toList();
      if (!ids.equals(answer(ids.size()))) {
        throw new AssertionError("told to go on behind " + ids);
      }
      next = ids.size();
      in(5, this::step);
    }

    private void step() {
      if (over) {
        return;
      }
      if (next == ANSWER || cancelling) {
        over = true;
        sink.finished(
            Finished.newBuilder()
                .setReason(
                    cancelling
                        ? FinishReason.FINISH_REASON_CANCELLED
                        : FinishReason.FINISH_REASON_STOP)
                .build());
        return;
      }
      int count = Math.min(ANSWER - next, 1 + random.nextInt(2));
      Tokens.Builder tokens = Tokens.newBuilder().setFirstIndex(next);
      for (int i = 0; i < count; i++) {
        tokens.addIds(token(next++));
      }
      sink.tokens(tokens.build());
      in(1 + random.nextInt(40), this::step);
    }

    @Override
    public void cancel() {
      cancelling = true;
    }

    @Override
    public void abandon() {
      over = true;
    }
  }
}
