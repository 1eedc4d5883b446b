package dev.weir.stream;

import static dev.weir.stream.TestingChunks.finished;
import static dev.weir.stream.TestingChunks.preview;
import static dev.weir.stream.TestingChunks.queued;
import static dev.weir.stream.TestingChunks.started;
import static dev.weir.stream.TestingChunks.startedFrom;
import static dev.weir.stream.TestingChunks.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.Chunk;
import dev.weir.stream.StreamReader.Start;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KafkaStreamReaderIT {
  private StreamConfig config;
  private TestingLog log;
  private KafkaStreamReader reader;
  private SimpleMeterRegistry registry;

  @BeforeEach
  void start() {
    config = TestingBroker.streams(List.of());
    log = new TestingLog(config);
    registry = new SimpleMeterRegistry();
    reader = new KafkaStreamReader(config, registry);
  }

  @AfterEach
  void stop() {
    reader.close();
    log.close();
  }

  private static String id() {
    return RequestIds.draw(System.currentTimeMillis());
  }

  private TestingListener follow(String id, Start start) {
    TestingListener listener = new TestingListener();
    reader.follow(id, start, listener);
    return listener;
  }

  /** A stream with all that can be dropped in it. */
  private List<Cursor> writeAll(String id) {
    List<Cursor> cursors = new ArrayList<>();
    for (Chunk chunk :
        List.of(
            queued(),
            tokens(9, 0, 90),
            started(1),
            tokens(1, 0, 10, 11),
            preview(1),
            tokens(1, 3, 13),
            started(2),
            tokens(1, 2, 12),
            tokens(2, 2, 22),
            tokens(2, 3, 23, 24),
            finished(1, 5),
            finished(2, 5),
            started(3),
            tokens(3, 5, 35))) {
      cursors.add(log.write(id, chunk));
    }
    return cursors;
  }

  @Test
  void aStreamIsShownWhetherItIsFollowedLiveOrAfterwards() {
    String id = id();
    Cursor from = log.write(id, queued());
    TestingListener live = follow(id, new Start.From(from));
    writeAll(id);
    TestingListener replayed = follow(id, new Start.From(from));
    TestingListener found = follow(id, new Start.Beginning());
    List<StreamChunk> seen = live.awaitFinished();
    assertThat(TestingListener.chunks(seen))
        .extracting(c -> c.getBodyCase().name())
        .containsExactly("STARTED", "TOKENS", "PREVIEW", "STARTED", "TOKENS", "TOKENS", "FINISHED");
    assertThat(TestingListener.tokens(seen)).containsExactly(10, 11, 22, 23, 24);
    assertThat(replayed.awaitFinished()).isEqualTo(seen);
    assertThat(found.awaitFinished()).isEqualTo(seen);
    assertThat(reader.followers()).isZero();
    assertThat(registry.get("weir.stream.dropped").tag("reason", "gap").counter().count())
        .isEqualTo(3);
  }

  @Test
  void aReaderResumesBehindEveryCursor() {
    String id = id();
    writeAll(id);
    List<StreamChunk> all = follow(id, new Start.Beginning()).awaitFinished();
    for (int i = 0; i < all.size(); i++) {
      StreamChunk place = all.get(i);
      if (place.chunk().hasTokens()) {
        assertThat(follow(id, new Start.After(place.cursor())).awaitFinished())
            .isEqualTo(all.subList(i + 1, all.size()));
      }
    }
  }

  @Test
  void aPlaceThatIsNoneIsAnErrorAndNotHidden() {
    String id = id();
    List<Cursor> cursors = writeAll(id);
    Cursor last = cursors.getLast();
    for (Cursor none :
        List.of(
            cursors.getFirst(), // queued
            cursors.get(2), // started
            new Cursor(last.partition(), last.offset() + 1),
            new Cursor(last.partition(), last.offset() + 1000),
            new Cursor((last.partition() + 1) % TestingBroker.PARTITIONS, 0),
            new Cursor(99, 0))) {
      assertThat(follow(id, new Start.After(none)).awaitFailure().code())
          .as("%s", none)
          .isEqualTo("cursor_gone");
    }
    assertThat(follow(id(), new Start.After(cursors.get(3))).awaitFailure().code())
        .isEqualTo("cursor_gone");
  }

  @Test
  void aStreamThatIsNotThereIsNotFound() {
    assertThat(follow(id(), new Start.Beginning()).awaitFailure().code()).isEqualTo("not_found");
    writeAll(id());
    assertThat(follow("no-uuid", new Start.Beginning()).awaitFailure().code())
        .isEqualTo("not_found");
  }

  @Test
  void recordsThatAreDeletedAreACursorGone() throws Exception {
    String id = id();
    List<Cursor> cursors = writeAll(id);
    TopicPartition tp =
        new TopicPartition(new Topics(config.prefix()).chunks(), cursors.getFirst().partition());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrap()))) {
      admin
          .deleteRecords(Map.of(tp, RecordsToDelete.beforeOffset(cursors.get(5).offset())))
          .all()
          .get();
    }
    assertThat(follow(id, new Start.After(cursors.get(3))).awaitFailure().code())
        .isEqualTo("cursor_gone");
    assertThat(follow(id, new Start.From(cursors.getFirst())).awaitFailure().code())
        .isEqualTo("cursor_gone");
  }

  @Test
  void aStreamIsSoughtFurtherBackIfItsStartedShowsAnEarlierBeginning() throws Exception {
    StreamConfig timed = TestingBroker.of(config.bootstrap());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrap()))) {
      String topic = new Topics(timed.prefix()).chunks();
      admin
          .createTopics(List.of(new NewTopic(topic, TestingBroker.PARTITIONS, (short) 1)))
          .all()
          .get();
    }
    long now = System.currentTimeMillis();
    String id = RequestIds.draw(now); // by a clock that is an hour ahead of the broker's
    long broker = now - Duration.ofHours(1).toMillis();
    try (TestingLog timedLog = new TestingLog(timed);
        KafkaStreamReader timedReader = new KafkaStreamReader(timed, null)) {
      Cursor from = timedLog.write(id, queued(), broker);
      timedLog.write(id, startedFrom(1, from.partition(), from.offset()), broker);
      timedLog.write(id, tokens(1, 0, 10), broker);
      timedLog.write(id, startedFrom(2, from.partition(), from.offset()), now);
      timedLog.write(id, tokens(2, 1, 21), now);
      timedLog.write(id, finished(2, 2), now);
      TestingListener listener = new TestingListener();
      timedReader.follow(id, new Start.Beginning(), listener);
      assertThat(TestingListener.tokens(listener.awaitFinished())).containsExactly(10, 21);

      String other = RequestIds.draw(now);
      timedLog.write(other, started(1), broker);
      timedLog.write(other, tokens(1, 0, 10), now);
      timedLog.write(other, finished(1, 1), now);
      TestingListener found = new TestingListener();
      timedReader.follow(other, new Start.Beginning(), found);
      assertThat(TestingListener.tokens(found.awaitFinished())).containsExactly(10);
    }
  }

  @Test
  void twoHundredFollowersSeeTheirOwnStreamsAmongThousandsOfRecords() {
    List<String> ids = new ArrayList<>();
    List<TestingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String id = id();
      ids.add(id);
      listeners.add(follow(id, new Start.From(log.write(id, queued()))));
    }
    for (int i = 100; i < 200; i++) {
      ids.add(id());
    }
    log.writeAll(ids.subList(100, 200), _ -> queued());
    log.writeAll(ids, _ -> started(1));
    for (int token = 0; token < 10; token++) {
      int index = token;
      log.writeAll(ids, id -> tokens(1, index, ids.indexOf(id)));
    }
    log.writeAll(ids, _ -> finished(1, 10));
    ids.subList(100, 200).forEach(id -> listeners.add(follow(id, new Start.Beginning())));
    for (int i = 0; i < ids.size(); i++) {
      List<Integer> tokens = TestingListener.tokens(listeners.get(i).awaitFinished());
      assertThat(tokens).hasSize(10).containsOnly(i);
    }
  }

  @Test
  void aFollowerThatLeavesHearsNothingMore() {
    String id = id();
    Cursor from = log.write(id, queued());
    TestingListener leaving = new TestingListener();
    var subscription = reader.follow(id, new Start.From(from), leaving);
    TestingListener staying = follow(id, new Start.From(from));
    log.write(id, started(1));
    staying.awaitStarted(1);
    leaving.awaitStarted(1);
    subscription.close();
    log.write(id, tokens(1, 0, 10));
    staying.awaitTokens(1);
    assertThat(TestingListener.tokens(leaving.seen())).isEmpty();
    assertThat(reader.followers()).isEqualTo(1);
  }

  @Test
  void aFollowerOutlivesARestartOfTheBroker(@TempDir Path data) {
    String id = id();
    StreamConfig own;
    int port;
    TestingListener listener = new TestingListener();
    KafkaStreamReader ownReader;
    try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
      port = Integer.parseInt(broker.bootstrap().substring(broker.bootstrap().indexOf(':') + 1));
      own = TestingBroker.of(broker.bootstrap());
      try (StreamAdmin admin = new StreamAdmin(own)) {
        admin.ensure(List.of());
      }
      ownReader = new KafkaStreamReader(own, null);
      try (TestingLog ownLog = new TestingLog(own)) {
        ownReader.follow(id, new Start.From(ownLog.write(id, queued())), listener);
        ownLog.write(id, started(1));
        ownLog.write(id, tokens(1, 0, 10));
      }
      listener.awaitTokens(1);
    }
    try (EmbeddedBroker _ = EmbeddedBroker.start(data, port);
        TestingLog ownLog = new TestingLog(own);
        ownReader) {
      ownLog.write(id, tokens(1, 1, 11));
      ownLog.write(id, finished(1, 2));
      assertThat(TestingListener.tokens(listener.awaitFinished())).containsExactly(10, 11);
    }
  }

  @Test
  void aClosedReaderTellsItsFollowersAndLeavesNoThread() {
    Set<String> before = TestingThreads.names();
    KafkaStreamReader closing = new KafkaStreamReader(config, new SimpleMeterRegistry());
    TestingListener listener = new TestingListener();
    String id = id();
    closing.follow(id, new Start.From(log.write(id, queued())), listener);
    log.write(id, started(1));
    listener.awaitStarted(1);
    closing.close();
    assertThat(listener.awaitFailure().code()).isEqualTo("unavailable");
    TestingThreads.awaitGone(before, Duration.ofSeconds(5));
    TestingListener late = new TestingListener();
    closing.follow(id, new Start.Beginning(), late);
    assertThat(late.awaitFailure().code()).isEqualTo("unavailable");
  }
}
