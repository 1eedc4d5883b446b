package dev.weir.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.google.protobuf.ByteString;
import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Result;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.AttemptWorld;
import dev.weir.stream.Cancellations;
import dev.weir.stream.Delivery;
import dev.weir.stream.Generator;
import dev.weir.stream.LedgerFold;
import dev.weir.stream.LogReader;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.LogRecord;
import dev.weir.stream.LogWriter;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.RequestSource;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The protocol with one rule broken. Names in brackets are those of the model ({@code
 * stream-protocol.pml}).
 */
enum TestingMutant {
  /** What comes behind its own `started` is not looked at: it accepts whatever landed there. */
  NO_CHECK(
      3,
      "before a `finished` that counts",
      () ->
          new OfWorlds() { // BUG_NOCHECK
            @Override
            AttemptWorld world(AttemptWorld world) {
              return own(world, (record, own, seen) -> !seen || isOf(own, record));
            }
          }),

  /** It reads nothing but what it has written itself. */
  NO_READING(
      0,
      "and readers were at",
      () ->
          new OfWorlds() { // BUG_STEP1
            @Override
            AttemptWorld world(AttemptWorld world) {
              return own(
                  world, (record, own, _) -> record.chunk().hasQueued() || isOf(own, record));
            }
          }),

  /** It begins to read behind the first tokens. */
  SKEW(
      0,
      "and readers were at",
      () ->
          new OfWorlds() { // BUG_SKEW
            @Override
            AttemptWorld world(AttemptWorld world) {
              return own(
                  world,
                  (record, _, seen) ->
                      seen
                          || !record.chunk().hasTokens()
                          || record.chunk().getTokens().getFirstIndex() > 0);
            }
          }),

  /** Readers take what the current attempt says, whatever its index. */
  NO_INDEX(
      0,
      "which does not count",
      () ->
          new Seams() { // BUG_NOINDEX
            @Override
            LogListener follower(LogListener follower, Start start) {
              return new Rewriting(follower) {
                private boolean resumes = start instanceof Start.After;
                private ByteString attempt = ByteString.EMPTY;
                private long next;

                @Override
                Chunk rewritten(Chunk chunk) {
                  if (resumes) {
                    resumes = false;
                    attempt = chunk.getAttempt();
                    next =
                        chunk.hasImage()
                            ? chunk.getImage().getFirstIndex() + 1
                            : chunk.getTokens().getFirstIndex() + chunk.getTokens().getIdsCount();
                  } else if (chunk.hasStarted()) {
                    attempt = chunk.getAttempt();
                  } else if (chunk.getAttempt().equals(attempt) && chunk.hasTokens()) {
                    Chunk moved =
                        chunk.toBuilder()
                            .setTokens(chunk.getTokens().toBuilder().setFirstIndex(next))
                            .build();
                    next += chunk.getTokens().getIdsCount();
                    return moved;
                  } else if (chunk.getAttempt().equals(attempt) && chunk.hasImage()) {
                    return chunk.toBuilder()
                        .setImage(chunk.getImage().toBuilder().setFirstIndex(next++))
                        .build();
                  } else if (chunk.getAttempt().equals(attempt) && chunk.hasFinished()) {
                    return chunk.toBuilder()
                        .setFinished(chunk.getFinished().toBuilder().setTotal(next))
                        .build();
                  }
                  return chunk;
                }
              };
            }
          }),

  /** Readers take what any attempt says. */
  ANY_ATTEMPT(
      3,
      "which does not count",
      () ->
          new Seams() {
            @Override
            LogListener follower(LogListener follower, Start start) {
              return new Rewriting(follower) {
                private ByteString attempt = ByteString.EMPTY;

                @Override
                Chunk rewritten(Chunk chunk) {
                  if (chunk.hasStarted() || attempt.isEmpty()) {
                    attempt = chunk.getAttempt();
                  }
                  return chunk.hasQueued() ? chunk : chunk.toBuilder().setAttempt(attempt).build();
                }
              };
            }
          }),

  /** A reader that resumes has forgotten its index. */
  CURSOR_WITHOUT_INDEX(
      39,
      "which does not count",
      () ->
          new Seams() {
            @Override
            LogListener follower(LogListener follower, Start start) {
              return !(start instanceof Start.After)
                  ? follower
                  : new Rewriting(follower) {
                    private boolean first = true;

                    @Override
                    Chunk rewritten(Chunk chunk) {
                      boolean cursor = first;
                      first = false;
                      return cursor && chunk.hasTokens()
                          ? chunk.toBuilder()
                              .setTokens(chunk.getTokens().toBuilder().setFirstIndex(0))
                              .build()
                          : chunk;
                    }
                  };
            }
          }),

  /** `started` is sent a second time. */
  STARTED_TWICE(
      294,
      "what happened to it explains",
      () ->
          new OfWorlds() { // BUG_DUPSTART
            @Override
            AttemptWorld world(AttemptWorld world) {
              return writing(
                  world,
                  new Writing(world.writer()) {
                    private @Nullable Chunk started;

                    @Override
                    public void chunk(
                        int partition,
                        String requestId,
                        Chunk chunk,
                        ContentType type,
                        RequestHeaders about,
                        Outcome outcome) {
                      Chunk again = started;
                      started = chunk.hasStarted() ? chunk : null;
                      if (again != null && again.getAttempt().equals(chunk.getAttempt())) {
                        super.chunk(partition, requestId, again, type, about, (_, _) -> {});
                      }
                      super.chunk(partition, requestId, chunk, type, about, outcome);
                    }
                  });
            }
          }),

  /** What was found in the log may end the output already: one more token is made. */
  NO_STOP(
      14,
      "a token behind its end",
      () ->
          new OfWorlds() { // BUG_NOSTOP
            @Override
            AttemptWorld world(AttemptWorld world) {
              return generating(
                  world,
                  (request, headers, sink) -> {
                    OneMore one = new OneMore(sink);
                    return new Job(world.generator().begin(request, headers, one)) {
                      @Override
                      public void proceed(List<Tokens> emitted) {
                        emitted.forEach(tokens -> one.found += tokens.getIdsCount());
                        super.proceed(emitted);
                      }
                    };
                  });
            }
          }),

  /** Locks are not renewed. */
  NO_RENEWAL(
      1,
      "what happened to it explains",
      () ->
          new Seams() { // BUG_NORENEW
            @Override
            RequestSource source(RequestSource source) {
              return new RequestSource() {
                @Override
                public @Nullable Delivery take(java.time.Duration limit) {
                  return source.take(limit);
                }

                @Override
                public boolean renew() {
                  return true;
                }

                @Override
                public boolean settle(Settlement settlement) {
                  return source.settle(settlement);
                }

                @Override
                public void close() {}
              };
            }
          }),

  /** Each attempt counts for nine. */
  GIVES_UP_SOON(
      0,
      "for which there is no reason",
      () ->
          new OfWorlds() {
            @Override
            AttemptWorld world(AttemptWorld world) {
              return reading(
                  world,
                  listener ->
                      new Listening(listener) {
                        @Override
                        public void onRecord(LogRecord record, Reading reading) {
                          int times = record.chunk().hasStarted() ? 9 : 1;
                          for (int i = 0; i < times; i++) {
                            super.onRecord(record, reading);
                          }
                        }
                      });
            }
          }),

  /** What is given up is not kept. */
  NO_DEAD_COPY(
      9,
      "no copy is kept",
      () ->
          new OfWorlds() {
            @Override
            AttemptWorld world(AttemptWorld world) {
              return writing(
                  world,
                  new Writing(world.writer()) {
                    @Override
                    public void bury(
                        Delivery delivery, Failure why, int attempts, Outcome outcome) {
                      outcome.onDone(0, null);
                    }
                  });
            }
          }),

  /** An image that was begun before is taken for made. */
  IMAGE_NOT_MADE_AGAIN(
      10,
      "for which there is no reason",
      () ->
          new OfWorlds() {
            private final Set<String> begun = new HashSet<>();

            @Override
            AttemptWorld world(AttemptWorld world) {
              return generating(
                  world,
                  (request, headers, sink) -> {
                    FirstOnly first = new FirstOnly(sink, begun, request.getId());
                    return new Job(world.generator().begin(request, headers, first)) {
                      @Override
                      public void proceed(List<Tokens> emitted) {
                        if (begun.contains(request.getId())) {
                          super.abandon();
                          first.finished(
                              Finished.newBuilder()
                                  .setReason(FinishReason.FINISH_REASON_STOP)
                                  .build());
                        } else {
                          super.proceed(emitted);
                        }
                      }
                    };
                  });
            }
          }),

  /** Nobody is told where its records lie, and readings that lose their place say nothing. */
  LOSS_HIDDEN(
      1231,
      "it does not end",
      () ->
          new OfWorlds() {
            @Override
            AttemptWorld world(AttemptWorld world) {
              AttemptWorld silent =
                  reading(
                      world,
                      listener ->
                          new Listening(listener) {
                            private boolean begun;

                            @Override
                            public void onRecord(LogRecord record, Reading reading) {
                              begun = true;
                              super.onRecord(record, reading);
                            }

                            @Override
                            public void onFailed(StreamFailure failure) {
                              if (!begun) {
                                super.onFailed(failure);
                              }
                            }
                          });
              return writing(
                  silent,
                  new Writing(world.writer()) {
                    @Override
                    public void chunk(
                        int partition,
                        String requestId,
                        Chunk chunk,
                        ContentType type,
                        RequestHeaders about,
                        Outcome outcome) {
                      super.chunk(
                          partition,
                          requestId,
                          chunk,
                          type,
                          about,
                          (_, failure) -> outcome.onDone(-1, failure));
                    }
                  });
            }
          }),

  /** Results of the ledger are written as they are made, its state and position behind them. */
  RESULT_OUTSIDE_TRANSACTION(
      34,
      "has two results",
      () ->
          new Seams() {
            @Override
            LedgerStore ledgerStore(LedgerStore store, SimulatedProcess ledger) {
              return new LedgerStore() {
                @Override
                public boolean commit(int instance, Work work) {
                  write(work.results());
                  ledger.in(
                      5,
                      () ->
                          store.commit(
                              instance,
                              new Work(
                                  work.partition(), work.position(), work.state(), List.of())));
                  return true;
                }

                @Override
                public void write(List<LedgerFold.Closing> results) {
                  store.write(results);
                }
              };
            }
          }),

  /** Only those cancellations count that come while a request is held. */
  CANCELLATION_FORGOTTEN(
      32,
      "which it knows to be cancelled",
      () ->
          new OfWorlds() {
            @Override
            AttemptWorld world(AttemptWorld world) {
              return new AttemptWorld(
                  world.worker(),
                  world.numericsId(),
                  world.defaultDeadline(),
                  world.reader(),
                  world.writer(),
                  world.generator(),
                  new Forgetting(world.cancellations()),
                  world.clock());
            }
          });

  /** The first seed whose schedule finds it. */
  final long foundBy;

  /** What is found. */
  final String message;

  private final Supplier<Seams> seams;

  TestingMutant(long foundBy, String message, Supplier<Seams> seams) {
    this.foundBy = foundBy;
    this.message = message;
    this.seams = seams;
  }

  /** Thousands of attempts fail in a simulation, on purpose. */
  static void quiet() {
    ((Logger) LoggerFactory.getLogger("dev.weir.stream")).setLevel(Level.OFF);
  }

  /** New ones for one schedule. */
  Seams seams() {
    return seams.get();
  }

  /** Breaks a rule in what attempts act on. */
  private abstract static class OfWorlds extends Seams {
    /** What a reading of an attempt is told: the record, its own id, whether its own was seen. */
    interface Shown {
      boolean is(LogRecord record, ByteString own, boolean seen);
    }

    interface Around {
      LogListener of(LogListener listener);
    }

    static boolean isOf(ByteString own, LogRecord record) {
      return record.chunk().getAttempt().equals(own);
    }

    @Override
    abstract AttemptWorld world(AttemptWorld world);

    static AttemptWorld reading(AttemptWorld world, Around around) {
      LogReader reader = world.reader();
      return new AttemptWorld(
          world.worker(),
          world.numericsId(),
          world.defaultDeadline(),
          (id, start, listener) -> reader.read(id, start, around.of(listener)),
          world.writer(),
          world.generator(),
          world.cancellations(),
          world.clock());
    }

    static AttemptWorld writing(AttemptWorld world, LogWriter writer) {
      return new AttemptWorld(
          world.worker(),
          world.numericsId(),
          world.defaultDeadline(),
          world.reader(),
          writer,
          world.generator(),
          world.cancellations(),
          world.clock());
    }

    static AttemptWorld generating(AttemptWorld world, Generator generator) {
      return new AttemptWorld(
          world.worker(),
          world.numericsId(),
          world.defaultDeadline(),
          world.reader(),
          world.writer(),
          generator,
          world.cancellations(),
          world.clock());
    }

    /** Shows attempts some records only, by what they have written themselves. */
    static AttemptWorld own(AttemptWorld world, Shown shown) {
      ByteString[] own = {ByteString.EMPTY};
      AttemptWorld noted =
          writing(
              world,
              new Writing(world.writer()) {
                @Override
                public void chunk(
                    int partition,
                    String requestId,
                    Chunk chunk,
                    ContentType type,
                    RequestHeaders about,
                    Outcome outcome) {
                  own[0] = chunk.getAttempt();
                  super.chunk(partition, requestId, chunk, type, about, outcome);
                }
              });
      return reading(
          noted,
          listener ->
              new Listening(listener) {
                private boolean seen;

                @Override
                public void onRecord(LogRecord record, Reading reading) {
                  if (shown.is(record, own[0], seen)) {
                    seen |= record.chunk().hasStarted() && isOf(own[0], record);
                    super.onRecord(record, reading);
                  }
                }
              });
    }
  }

  private static class Listening implements LogListener {
    private final LogListener listener;

    Listening(LogListener listener) {
      this.listener = listener;
    }

    @Override
    public void onRecord(LogRecord record, Reading reading) {
      listener.onRecord(record, reading);
    }

    @Override
    public void onCaughtUp(Reading reading) {
      listener.onCaughtUp(reading);
    }

    @Override
    public void onFailed(StreamFailure failure) {
      listener.onFailed(failure);
    }
  }

  private abstract static class Rewriting extends Listening {
    Rewriting(LogListener listener) {
      super(listener);
    }

    abstract Chunk rewritten(Chunk chunk);

    @Override
    public void onRecord(LogRecord record, Reading reading) {
      super.onRecord(
          new LogRecord(
              record.partition(), record.offset(), record.appendMs(), rewritten(record.chunk())),
          reading);
    }
  }

  private static class Writing implements LogWriter {
    private final LogWriter writer;

    Writing(LogWriter writer) {
      this.writer = writer;
    }

    @Override
    public int partitions() {
      return writer.partitions();
    }

    @Override
    public void chunk(
        int partition,
        String requestId,
        Chunk chunk,
        ContentType type,
        RequestHeaders about,
        Outcome outcome) {
      writer.chunk(partition, requestId, chunk, type, about, outcome);
    }

    @Override
    public void bury(Delivery delivery, Failure reason, int attempts, Outcome outcome) {
      writer.bury(delivery, reason, attempts, outcome);
    }

    @Override
    public void reply(Result result, ContentType type, RequestHeaders about, Outcome outcome) {
      writer.reply(result, type, about, outcome);
    }
  }

  private static class Job implements Generator.Job {
    private final Generator.Job job;

    Job(Generator.Job job) {
      this.job = job;
    }

    @Override
    public void proceed(List<Tokens> emitted) {
      job.proceed(emitted);
    }

    @Override
    public void cancel() {
      job.cancel();
    }

    @Override
    public void abandon() {
      job.abandon();
    }
  }

  private static class Sink implements Generator.Sink {
    private final Generator.Sink sink;

    Sink(Generator.Sink sink) {
      this.sink = sink;
    }

    @Override
    public void admitted() {
      sink.admitted();
    }

    @Override
    public void tokens(Tokens tokens) {
      sink.tokens(tokens);
    }

    @Override
    public void preview(Preview preview) {
      sink.preview(preview);
    }

    @Override
    public void image(ImagePart part) {
      sink.image(part);
    }

    @Override
    public void finished(Finished finished) {
      sink.finished(finished);
    }
  }

  private static final class OneMore extends Sink {
    private int found;

    OneMore(Generator.Sink sink) {
      super(sink);
    }

    @Override
    public void tokens(Tokens tokens) {
      found = 0;
      super.tokens(tokens);
    }

    @Override
    public void finished(Finished finished) {
      if (found > 0 && finished.getReason() == FinishReason.FINISH_REASON_STOP) {
        super.tokens(Tokens.newBuilder().setFirstIndex(found).addIds(1).build());
      }
      super.finished(finished);
    }
  }

  private static final class FirstOnly extends Sink {
    private final Set<String> begun;
    private final String id;

    FirstOnly(Generator.Sink sink, Set<String> begun, String id) {
      super(sink);
      this.begun = begun;
      this.id = id;
    }

    @Override
    public void image(ImagePart part) {
      begun.add(id);
      super.image(part);
    }
  }

  private static final class Forgetting implements Cancellations {
    private final Cancellations cancellations;

    Forgetting(Cancellations cancellations) {
      this.cancellations = cancellations;
    }

    @Override
    public @Nullable String reason(String requestId) {
      return null;
    }

    @Override
    public Watch watch(String requestId, Consumer<String> onCancelled) {
      boolean[] watching = {false};
      Watch watch =
          cancellations.watch(
              requestId,
              reason -> {
                if (watching[0]) {
                  onCancelled.accept(reason);
                }
              });
      watching[0] = true;
      return watch;
    }
  }
}
