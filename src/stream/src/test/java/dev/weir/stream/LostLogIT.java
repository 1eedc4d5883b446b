package dev.weir.stream;

import static dev.weir.stream.TestingChunks.queued;
import static dev.weir.stream.TestingChunks.started;
import static dev.weir.stream.TestingChunks.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A broker that has lost records it had acknowledged: its log is cut while it is stopped. */
final class LostLogIT {
  private static final String LOSS = "acknowledged records are lost";
  private static final String PROMPT = "9@3";

  @RegisterExtension final TestingStreams streams = new TestingStreams();
  @TempDir Path data;
  private final TestingGenerator generator = streams.generator();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Errors errors = new Errors();
  private EmbeddedBroker broker;
  private StreamConfig config;
  private int port;

  @BeforeEach
  void start() {
    broker = EmbeddedBroker.start(data);
    port = Integer.parseInt(broker.bootstrap().split(":", -1)[1]);
    config = TestingBroker.of(broker.bootstrap());
    try (StreamAdmin admin = new StreamAdmin(config)) {
      admin.ensure(List.of("echo"));
    }
    streams.on(config, metrics);
    streams.closedLast(() -> broker.close());
  }

  @AfterEach
  void forget() {
    errors.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReaderOfWhatWasLostIsToldAndWhatIsLeftCanBeRead(boolean othersLieThere) throws Exception {
    String id = RequestIds.draw(System.currentTimeMillis());
    Cursor from;
    Cursor cut;
    Cursor last;
    TestingListener live;
    try (TestingLog log = new TestingLog(config)) {
      from = log.write(id, queued());
      live = streams.follow(id, new Start.From(from));
      log.write(id, started(1));
      live.awaitStarted(1); // what comes next is read as it comes
      cut = log.write(id, tokens(1, 0, 10));
      last = log.write(id, tokens(1, 1, 11));
    }
    live.awaitTokens(2);
    broker.close();
    TestingCut.before(cut, streams.names().chunks(), data);
    if (othersLieThere) {
      writeOthers(id);
    }
    broker = EmbeddedBroker.start(data, port);

    assertThat(live.awaitFailure().code()).isEqualTo("cursor_gone");
    TestingStreams.await("the loss is counted", () -> lost(metrics, "streams") == 1);
    assertThat(errors.messages()).anyMatch(message -> message.contains(LOSS));
    assertThat(streams.follow(id, new Start.After(last)).awaitFailure().code())
        .isEqualTo("cursor_gone");
    TestingListener anew = streams.follow(id, new Start.From(from));
    assertThat(TestingListener.tokens(anew.awaitStarted(1))).isEmpty();
  }

  /** Records of other streams, by which the partition is longer than before. */
  private void writeOthers(String id) {
    try (EmbeddedBroker elsewhere = EmbeddedBroker.start(data)) {
      StreamConfig there =
          new StreamConfig(
              elsewhere.bootstrap(),
              config.prefix(),
              config.kafka(),
              config.chunkPartitions(),
              config.replicationFactor(),
              config.lockDuration(),
              config.defaultDeadline());
      try (TestingLog log = new TestingLog(there)) {
        for (int i = 0; i < 9; i++) {
          String other = RequestIds.draw(System.currentTimeMillis());
          while (TestingLog.partition(other) != TestingLog.partition(id)) {
            other = RequestIds.draw(System.currentTimeMillis());
          }
          log.write(other, queued());
        }
      }
    }
  }

  @Test
  void aWorkerWhoseLogWasCutTellsItAndAnotherAttemptGoesOn() throws Exception {
    SimpleMeterRegistry ofWorker = new SimpleMeterRegistry();
    streams.worker(IntakeOptions.of("echo", "w1", 1, "test"), generator, ofWorker);
    RequestPublisher.Published published = streams.publish(PROMPT);
    TestingListener live = streams.follow(published);
    Cursor cut = firstTokens(live.awaitTokens(3));
    broker.close();
    TestingCut.before(cut, streams.names().chunks(), data);
    broker = EmbeddedBroker.start(data, port);

    TestingStreams.await("the worker counts the loss", () -> lost(ofWorker, "echo") > 0);
    assertThat(live.awaitFailure().code()).isEqualTo("cursor_gone");
    generator.letGo();
    assertAnsweredByAnotherAttempt(streams.follow(published));
  }

  @Test
  void aRecordThatIsLostBeforeItsWriterHasReadItBackIsMissed() throws Exception {
    String id = RequestIds.draw(System.currentTimeMillis());
    Cursor from;
    try (TestingLog log = new TestingLog(config)) {
      from = log.write(id, queued());
    }
    SimpleMeterRegistry ofWorker = new SimpleMeterRegistry();
    TestingSource source = new TestingSource(id, PROMPT, from);
    startSlot(source, ofWorker);
    TestingListener live = streams.follow(id, new Start.From(from));
    Cursor cut = firstTokens(live.awaitTokens(3));
    broker.close();
    TestingCut.before(cut, streams.names().chunks(), data);
    broker = EmbeddedBroker.start(data, port);

    assertThat(live.awaitFailure().code()).isEqualTo("cursor_gone");
    TestingStreams.await("the loss is counted", () -> lost(ofWorker, "echo") == 1);
    assertThat(errors.messages())
        .anyMatch(
            m -> m.contains(LOSS + ": its record at " + cut.partition() + "-" + cut.offset()));
    generator.letGo();
    assertAnsweredByAnotherAttempt(streams.follow(id, new Start.From(from)));
    TestingStreams.await("it is accepted", source::isAccepted);
    assertThat(source.settlements)
        .containsExactly(RequestSource.Settlement.RELEASE, RequestSource.Settlement.ACCEPT);
  }

  /** A slot of a worker whose first reading lags behind what it writes. */
  private void startSlot(TestingSource source, SimpleMeterRegistry ofWorker) {
    InstantSource clock = InstantSource.system();
    IntakeMeters meters =
        new IntakeMeters(ofWorker, IntakeOptions.of("echo", "w1", 1, "test"), new IntakeLoad());
    KafkaClients clients = streams.with(new KafkaClients(config, null));
    KafkaLogWriter writer =
        streams.with(
            new KafkaLogWriter(
                clients.chunkProducer("w1"), config, "/weir/test", clock, meters.failedReplies()));
    ChunkLog chunks =
        streams.with(
            new ChunkLog(clients, streams.names().chunks(), "echo", ChunkLog.Limits.DEFAULT, null));
    AtomicBoolean lagging = new AtomicBoolean(true);
    LogReader reader =
        (id, place, listener) ->
            chunks.read(
                id, place, lagging.getAndSet(false) ? new UntilStarted(listener) : listener);
    AttemptWorld world =
        new AttemptWorld(
            "w1",
            "test",
            config.defaultDeadline(),
            reader,
            writer,
            generator,
            new CancelledRequests(clock),
            clock);
    Slot slot =
        new Slot(
            world, () -> source, config.lockDuration(), meters, new IntakeLoad(), false, "slot");
    slot.start();
    streams.with(() -> {
      slot.stopTaking();
      slot.handOver();
      assertThat(slot.join(Duration.ofSeconds(10))).isTrue();
    });
  }

  /** Hears all up to the first `started`, and nothing that comes later. */
  private static final class UntilStarted implements LogListener {
    private final LogListener listener;
    private boolean lags;

    UntilStarted(LogListener listener) {
      this.listener = listener;
    }

    @Override
    public void onRecord(LogRecord record, Reading reading) {
      if (!lags) {
        listener.onRecord(record, reading);
      }
      lags |= record.chunk().hasStarted();
    }

    @Override
    public void onCaughtUp(Reading reading) {
      if (!lags) {
        listener.onCaughtUp(reading);
      }
    }

    @Override
    public void onFailed(StreamFailure failure) {
      if (!lags) {
        listener.onFailed(failure);
      }
    }
  }

  private static Cursor firstTokens(List<StreamChunk> seen) {
    return seen.stream().filter(c -> c.chunk().hasTokens()).findFirst().orElseThrow().cursor();
  }

  private static void assertAnsweredByAnotherAttempt(TestingListener listener) {
    List<StreamChunk> seen = listener.awaitFinished();
    assertThat(TestingListener.tokens(seen)).isEqualTo(TestingGenerator.tokens(PROMPT, 9));
    assertThat(seen.stream().filter(c -> c.chunk().hasStarted())).hasSizeGreaterThan(1);
  }

  private static double lost(SimpleMeterRegistry registry, String reader) {
    return registry.get("weir.log.lost.records").tag("reader", reader).counter().count();
  }

  /** What is logged as an error. */
  private static final class Errors {
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.weir.stream");
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    Errors() {
      appender.list = new CopyOnWriteArrayList<>();
      appender.start();
      logger.addAppender(appender);
    }

    List<String> messages() {
      return appender.list.stream()
          .filter(event -> event.getLevel() == Level.ERROR)
          .map(ILoggingEvent::getFormattedMessage)
          .toList();
    }

    void close() {
      logger.detachAppender(appender);
    }
  }
}
