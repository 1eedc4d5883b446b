package dev.weir.stream;

import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Position;
import dev.weir.proto.v1.Result;
import dev.weir.proto.v1.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt with its world in the test's own hands: what lands, what is read, what time it is.
 */
final class TestingSteps implements LogWriter, LogReader, Generator, Cancellations {
  static final int OWN = 1;
  private static final long FAR = 1_000;
  long nowMs = 1_000_000;
  final List<Chunk> sent = new ArrayList<>();
  final List<Failure> buried = new ArrayList<>();
  final List<Result> replies = new ArrayList<>();
  final List<Place> readings = new ArrayList<>();
  final Attempt attempt;
  @Nullable Outcome reply;
  @Nullable List<Tokens> proceeded;
  RequestHeaders told = RequestHeaders.NONE;
  int cancelled;
  int abandoned;
  private final boolean admits;
  private final ArrayDeque<AttemptEvent> events = new ArrayDeque<>();
  private final List<Pending> pending = new ArrayList<>();
  private final Map<Object, Long> places = new IdentityHashMap<>();
  private @Nullable LogListener listener;
  private @Nullable Sink sink;
  private long offset;
  private long far;

  /** Something that was sent, and who wants to hear what became of it. */
  private record Pending(Object what, Outcome outcome) {}

  private TestingSteps(RequestHeaders headers, int left, boolean knowsFrom, boolean admitted) {
    GenerationRequest.Builder request =
        GenerationRequest.newBuilder().setId("r").setModel("echo").setPrompt("x");
    if (knowsFrom) {
      request.setFrom(Position.newBuilder().setPartition(0).setOffset(0));
    }
    Delivery delivery = delivery(nowMs, left, headers, request.build());
    AttemptWorld world =
        new AttemptWorld(
            "w",
            "",
            Duration.ofMinutes(10),
            this,
            this,
            this,
            this,
            () -> Instant.ofEpochMilli(nowMs));
    admits = admitted;
    attempt = new Attempt(world, delivery, TestingChunks.attempt(OWN), events::add);
    attempt.begin();
    drain();
  }

  /** A request of a publisher whose clock may say anything. */
  static Delivery delivery(long appendMs, long createdMs, RequestHeaders headers) {
    return delivery(
        appendMs, 9, headers, GenerationRequest.newBuilder().setCreatedMs(createdMs).build());
  }

  static Delivery delivery(
      long appendMs, int left, RequestHeaders headers, GenerationRequest request) {
    return new Delivery(
        "r",
        "weir.requests.echo",
        5,
        appendMs,
        left,
        left - 5,
        ContentType.PROTOBUF,
        headers,
        request,
        null,
        new Delivery.Raw(null, null, List.of()));
  }

  static TestingSteps begin() {
    return new TestingSteps(RequestHeaders.NONE, 9, true, true);
  }

  static TestingSteps begin(RequestHeaders headers) {
    return new TestingSteps(headers, 9, true, true);
  }

  static TestingSteps beginLastDelivery() {
    return new TestingSteps(RequestHeaders.NONE, 0, true, true);
  }

  static TestingSteps beginWithoutFrom() {
    return new TestingSteps(RequestHeaders.NONE, 9, false, true);
  }

  /**
   * One for which the generator has no room yet.
   *
   * @param left deliveries after this one
   */
  static TestingSteps beginWaiting(int left, RequestHeaders headers) {
    return new TestingSteps(headers, left, true, false);
  }

  /** The generator has room now. */
  TestingSteps admit() {
    return make(Sink::admitted);
  }

  private void drain() {
    while (!events.isEmpty()) {
      attempt.on(events.remove());
    }
  }

  /** The next records of the log. */
  TestingSteps read(Chunk... chunks) {
    return readUnheard(chunks).hear();
  }

  /** The next records of the log, of which the attempt has not heard yet. */
  TestingSteps readUnheard(Chunk... chunks) {
    for (Chunk chunk : chunks) {
      long place = places.computeIfAbsent(chunk, _ -> offset);
      listener().onRecord(new LogRecord(0, place, nowMs, chunk), new TestingReading(0));
      offset = place + 1;
    }
    return this;
  }

  /** The attempt hears what has happened. */
  TestingSteps hear() {
    drain();
    return this;
  }

  /** Nothing is read at the next place, as if a broker had lost what lay there. */
  TestingSteps lose() {
    offset++;
    return this;
  }

  /** The oldest record that waits for it is acknowledged, at a place. */
  TestingSteps acknowledgeAt(long at) {
    pending.removeFirst().outcome().onDone(at, null);
    drain();
    return this;
  }

  /** What was sent last lands, and is read. */
  TestingSteps readSent() {
    return read(sent.getLast());
  }

  TestingSteps caughtUp() {
    listener().onCaughtUp(new TestingReading(0));
    drain();
    return this;
  }

  private LogListener listener() {
    if (listener == null) {
      throw new IllegalStateException("nothing is read");
    }
    return listener;
  }

  /** All that was sent is acknowledged: where it was read, or further on, where it will be. */
  TestingSteps acknowledge() {
    List<Pending> all = List.copyOf(pending);
    pending.clear();
    for (Pending one : all) {
      long place = places.computeIfAbsent(one.what(), _ -> far = Math.max(far, offset) + FAR);
      one.outcome().onDone(place, null);
    }
    drain();
    return this;
  }

  TestingSteps make(Consumer<Sink> output) {
    if (sink == null) {
      throw new IllegalStateException("nothing was begun");
    }
    output.accept(sink);
    drain();
    attempt.tick(nowMs);
    return this;
  }

  TestingSteps happens(AttemptEvent event) {
    attempt.on(event);
    return this;
  }

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
    sent.add(chunk);
    pending.add(new Pending(chunk, outcome));
  }

  @Override
  public void bury(Delivery delivery, Failure reason, int attempts, Outcome outcome) {
    buried.add(reason);
    pending.add(new Pending(reason, outcome));
  }

  @Override
  public void reply(Result result, ContentType type, RequestHeaders about, Outcome outcome) {
    replies.add(result);
    reply = outcome;
  }

  @Override
  public Reading read(String requestId, Place start, LogListener newListener) {
    readings.add(start);
    listener = newListener;
    offset = 0;
    return new TestingReading(0);
  }

  @Override
  public @Nullable String reason(String requestId) {
    return null;
  }

  @Override
  public Watch watch(String requestId, Consumer<String> onCancelled) {
    return () -> {};
  }

  @Override
  public Job begin(GenerationRequest request, RequestHeaders headers, Sink newSink) {
    sink = newSink;
    told = headers;
    if (admits) {
      newSink.admitted();
    }
    return new Job() {
      @Override
      public void proceed(List<Tokens> emitted, long nextIndex) {
        proceeded = emitted;
      }

      @Override
      public void cancel() {
        cancelled++;
      }

      @Override
      public void abandon() {
        abandoned++;
      }
    };
  }
}
