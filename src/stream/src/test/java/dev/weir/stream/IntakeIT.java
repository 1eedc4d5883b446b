package dev.weir.stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.ContentType;
import dev.weir.proto.HeaderNames;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Result;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamReader.Start;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a request, over a real broker, with a model that counts. */
final class IntakeIT {
  private final List<AutoCloseable> open = new ArrayList<>();
  private StreamConfig config;
  private KafkaRequestPublisher publisher;
  private KafkaStreamReader reader;
  private TestingGenerator generator;

  @BeforeEach
  void start() {
    config = TestingBroker.streams(List.of("echo"));
    publisher = with(new KafkaRequestPublisher(config, Set::of, "/weir/test", null));
    reader = with(new KafkaStreamReader(config, null));
    generator = new TestingGenerator();
  }

  @AfterEach
  void stop() throws Exception {
    generator.letGo();
    for (AutoCloseable closing : open.reversed()) {
      closing.close();
    }
  }

  private <T extends AutoCloseable> T with(T opened) {
    open.add(opened);
    return opened;
  }

  private Intake worker(String name, int slots, Generator model) {
    return with(
        Intake.start(
            config,
            new IntakeOptions(
                "echo", name, slots, slots, "test", Duration.ofMillis(200), Duration.ofMinutes(1)),
            model,
            new SimpleMeterRegistry()));
  }

  private Intake worker() {
    return worker("w1", 2, generator);
  }

  private Published publish(String prompt) {
    return publish(prompt, RequestHeaders.NONE);
  }

  private Published publish(String prompt, RequestHeaders headers) {
    return publisher
        .publish(GenerationRequest.newBuilder().setModel("echo").setPrompt(prompt).build(), headers)
        .toCompletableFuture()
        .join();
  }

  private TestingListener follow(Published published) {
    return follow(published.requestId(), new Start.From(published.from()));
  }

  private TestingListener follow(String id, Start start) {
    TestingListener listener = new TestingListener();
    reader.follow(id, start, listener);
    return listener;
  }

  private static Finished end(List<StreamChunk> seen) {
    return seen.getLast().chunk().getFinished();
  }

  @Test
  void aRequestIsAnsweredTokenByToken() {
    worker();
    List<StreamChunk> seen = follow(publish("20")).awaitFinished();
    assertThat(TestingListener.tokens(seen)).isEqualTo(TestingGenerator.tokens("20", 20));
    assertThat(end(seen).getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(end(seen).getTotal()).isEqualTo(20);
    assertThat(end(seen).getUsage().getPromptTokens()).isEqualTo(5);
    assertThat(end(seen).getUsage().getCompletionTokens()).isEqualTo(20);
    assertThat(seen.getFirst().chunk().getStarted().getWorker()).isEqualTo("w1");
  }

  @Test
  void requestsWrittenBeforeTheFirstWorkerCameAreAnswered() {
    List<TestingListener> listeners = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      listeners.add(follow(publish(Integer.toString(i))));
    }
    worker();
    for (int i = 1; i <= 10; i++) {
      assertThat(TestingListener.tokens(listeners.get(i - 1).awaitFinished()))
          .isEqualTo(TestingGenerator.tokens(Integer.toString(i), i));
    }
  }

  @Test
  void aLineOfJsonWithoutAKeyGetsItsAnswerAsJson() {
    worker();
    try (TestingTopic topics = new TestingTopic(config)) {
      var written = topics.write("{\"model\":\"echo\",\"prompt\":\"4\"}");
      String id =
          RequestIds.derive(
              written.timestamp(),
              topics.topicId(new Topics(config.prefix()).requests("echo")),
              0,
              written.offset());
      List<ConsumerRecord<byte[], byte[]>> records =
          topics.readUntil(
              new Topics(config.prefix()).chunks(),
              record ->
                  new String(record.value(), StandardCharsets.UTF_8).contains("\"finished\""));
      assertThat(records).allSatisfy(r -> assertThat(r.key()).asString().isEqualTo(id));
      assertThat(records)
          .allSatisfy(
              r -> assertThat(ChunkRecords.headers(r).contentType()).isEqualTo(ContentType.JSON));
      assertThat(records)
          .anySatisfy(r -> assertThat(r.value()).asString().contains("\" t0").contains(id));
      assertThat(TestingListener.tokens(follow(id, new Start.Beginning()).awaitFinished()))
          .isEqualTo(TestingGenerator.tokens("4", 4));
    }
  }

  @Test
  void whatCannotBeReadOrDoneFinishesWithTheFieldAtFault() {
    worker();
    try (TestingTopic topics = new TestingTopic(config)) {
      Topics names = new Topics(config.prefix());
      Map<String, String> lines =
          Map.of(
              "{\"model\":\"echo\",", "invalid_json",
              "{\"model\":\"echo\"}", "missing_required_parameter",
              "{\"model\":\"other\",\"prompt\":\"1\"}", "invalid_value",
              "{\"model\":\"echo\",\"prompt\":\"1\",\"temperature\":-1}", "invalid_value",
              "{\"model\":\"echo\",\"prompt\":\"refuse\"}", "context_length_exceeded");
      Map<String, String> ids = new HashMap<>();
      lines
          .keySet()
          .forEach(line -> {
            var written = topics.write(line);
            ids.put(
                line,
                RequestIds.derive(
                    written.timestamp(),
                    topics.topicId(names.requests("echo")),
                    0,
                    written.offset()));
          });
      lines.forEach((line, code) -> {
        TestingListener listener = awaitBegun(requireNonNull(ids.get(line)));
        Finished finished = end(listener.awaitFinished());
        assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_ERROR);
        assertThat(finished.getError().getKind()).isEqualTo("invalid_request");
        assertThat(finished.getError().getCode()).as(line).isEqualTo(code);
        assertThat(finished.getError().getHttpStatus()).isEqualTo(400);
        assertThat(finished.getTotal()).isZero();
      });
    }
  }

  private void awaitBegun(int count) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (generator.begun.get() < count) {
      assertThat(System.nanoTime()).as("begun: %s", generator.begun).isLessThan(end);
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Who has only an id that nothing was written for yet is told so, and asks again. */
  private TestingListener awaitBegun(String id) {
    while (true) {
      TestingListener listener = follow(id, new Start.Beginning());
      if (listener.awaitAnything().isEmpty()) {
        continue;
      }
      return listener;
    }
  }

  @Test
  void aCancelledRequestEndsAndFreesItsSlot() {
    Intake worker = worker("w1", 1, generator);
    Published running = publish("10@2");
    TestingListener listener = follow(running);
    listener.awaitTokens(2);
    Published queued = publish("7");
    publisher.cancel(running.requestId(), "test").toCompletableFuture().join();
    List<StreamChunk> seen = listener.awaitFinished();
    assertThat(end(seen).getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(end(seen).getTotal()).isEqualTo(2);
    assertThat(TestingListener.tokens(follow(queued).awaitFinished())).hasSize(7);
    assertThat(worker.running()).isLessThanOrEqualTo(1);
  }

  @Test
  void aRequestCancelledWhileItWaitsNeverReachesTheModel() {
    Published waiting = publish("5");
    publisher.cancel(waiting.requestId(), "test").toCompletableFuture().join();
    worker();
    assertThat(end(follow(waiting).awaitFinished()).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(generator.begun).hasValue(0);
  }

  @Test
  void aRequestCancelledWhileItWaitsInTheEngineEndsAtOnceWithItsUsage() {
    with(
        Intake.start(
            config,
            new IntakeOptions(
                "echo", "w1", 2, 2, "test", Duration.ofMillis(200), Duration.ofMinutes(1)),
            new TestingRoom(generator, 1),
            null));
    TestingListener running = follow(publish("9@2"));
    running.awaitTokens(2); // it has the only room, and keeps it
    Published waiting = publish("7");
    TestingListener listener = follow(waiting);
    awaitBegun(2);
    publisher.cancel(waiting.requestId(), "test").toCompletableFuture().join();
    Finished finished = end(listener.awaitFinished());
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(finished.getUsage().getPromptTokens()).isEqualTo(5);
    assertThat(finished.getUsage().getCompletionTokens()).isZero();
    generator.letGo();
    assertThat(TestingListener.tokens(running.awaitFinished())).hasSize(9);
  }

  @Test
  void aRequestCancelledWhileItIsTriedAgainAndAgainEnds() {
    worker("w1", 1, generator);
    Published refused = publish("overload 1000000");
    awaitBegun(2);
    publisher.cancel(refused.requestId(), "test").toCompletableFuture().join();
    assertThat(end(follow(refused).awaitFinished()).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(TestingListener.tokens(follow(publish("7")).awaitFinished())).hasSize(7);
  }

  @Test
  void anyApplicationCancelsByALineOfJsonOnTheControlTopic() {
    worker("w1", 1, generator);
    Published running = publish("10@2");
    TestingListener listener = follow(running);
    listener.awaitTokens(2);
    try (TestingTopic topics = new TestingTopic(config)) {
      String control = new Topics(config.prefix()).control();
      topics.write(
          new ProducerRecord<>(control, Records.utf8("x"), Records.utf8("{\"cancel\":7}")));
      topics.write(
          new ProducerRecord<>(
              control, Records.utf8(running.requestId()), Records.utf8("{\"cancel\":{}}")));
    }
    Finished finished = end(listener.awaitFinished());
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(finished.getTotal()).isEqualTo(2);
    assertThat(finished.getUsage().getPromptTokens()).isEqualTo(5);
  }

  @Test
  void aDeadlineEndsARequestWhetherItRunsOrWaits() {
    long now = System.currentTimeMillis();
    RequestHeaders past = new RequestHeaders("default", now - 1, 0, null, null, null);
    RequestHeaders soon = new RequestHeaders("default", now + 3000, 0, null, null, null);
    worker();
    TestingListener running = follow(publish("10@3", soon));
    assertThat(end(follow(publish("5", past)).awaitFinished()).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_DEADLINE);
    assertThat(end(running.awaitFinished()).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_DEADLINE);
  }

  @Test
  void aSecondRecordOfOneIdIsRejectedAndTheFirstIsAnswered() {
    GenerationRequest request =
        GenerationRequest.newBuilder()
            .setId(RequestIds.draw(System.currentTimeMillis()))
            .setModel("echo")
            .setPrompt("6@3")
            .build();
    worker("w1", 2, generator);
    Published first = publisher.publish(request, RequestHeaders.NONE).toCompletableFuture().join();
    TestingListener listener = follow(first);
    listener.awaitTokens(3);
    publisher.publish(request, RequestHeaders.NONE).toCompletableFuture().join();
    listener.awaitStarted(2); // the duplicate's `started` displaces the first
    listener.awaitStarted(3);
    generator.letGo();
    assertThat(TestingListener.tokens(listener.awaitFinished()))
        .isEqualTo(TestingGenerator.tokens("6@3", 6));
  }

  @Test
  void anAttemptThatIsDisplacedStopsAndTheRequestIsAnsweredAnew() {
    worker("w1", 1, generator);
    Published published = publish("9@4");
    TestingListener listener = follow(published);
    listener.awaitTokens(4);
    try (TestingLog log = new TestingLog(config)) {
      log.write(published.requestId(), TestingChunks.started(77));
      listener.awaitStarted(3);
    }
    generator.letGo();
    List<StreamChunk> seen = listener.awaitFinished();
    assertThat(TestingListener.tokens(seen)).isEqualTo(TestingGenerator.tokens("9@4", 9));
    assertThat(generator.abandoned).hasValue(1);
  }

  @Test
  void anotherWorkerContinuesWhatAClosedOneBegan() {
    Intake first = worker("w1", 1, generator);
    TestingListener listener = follow(publish("40@15"));
    listener.awaitTokens(15);
    first.close();
    TestingGenerator second = new TestingGenerator();
    second.letGo();
    worker("w2", 1, second);
    List<StreamChunk> seen = listener.awaitFinished();
    assertThat(TestingListener.tokens(seen)).isEqualTo(TestingGenerator.tokens("40@15", 40));
    assertThat(
            seen.stream()
                .filter(c -> c.chunk().hasStarted())
                .map(c -> c.chunk().getStarted().getWorker()))
        .containsExactly("w1", "w2");
  }

  @Test
  void aStreamOutlivesARestartOfTheBroker(@TempDir Path data) {
    EmbeddedBroker broker = EmbeddedBroker.start(data);
    int port = Integer.parseInt(broker.bootstrap().substring(broker.bootstrap().indexOf(':') + 1));
    config = TestingBroker.of(broker.bootstrap());
    try (StreamAdmin admin = new StreamAdmin(config)) {
      admin.ensure(List.of("echo"));
    }
    publisher = with(new KafkaRequestPublisher(config, Set::of, "/weir/test", null));
    reader = with(new KafkaStreamReader(config, null));
    worker("w1", 1, generator);
    TestingListener listener = follow(publish("30@10"));
    listener.awaitTokens(10);
    broker.close();
    EmbeddedBroker again = EmbeddedBroker.start(data, port);
    open.addFirst(again); // closed last
    generator.letGo();
    List<StreamChunk> seen = listener.awaitFinished();
    assertThat(TestingListener.tokens(seen)).isEqualTo(TestingGenerator.tokens("30@10", 30));
  }

  @Test
  void aRequestThatIsHeldLongerThanItsLockStaysWithItsWorker() {
    worker("w1", 2, generator); // the lock is 2 s
    TestingListener listener = follow(publish("5@2"));
    listener.awaitTokens(2);
    TestingListener clock = follow(publish("50@1", soon(5000)));
    clock.awaitFinished(); // ends by its deadline, more than two locks later
    generator.letGo();
    List<StreamChunk> seen = listener.awaitFinished();
    assertThat(seen.stream().filter(c -> c.chunk().hasStarted())).hasSize(1);
    assertThat(TestingListener.tokens(seen)).hasSize(5);
  }

  private static RequestHeaders soon(long ms) {
    return new RequestHeaders("default", System.currentTimeMillis() + ms, 0, null, null, null);
  }

  @Test
  void aRequestThatNoModelCanBeginIsGivenUpAndBuried() {
    worker();
    Published published = publish("break");
    Finished finished = end(follow(published).awaitFinished());
    assertThat(finished.getError().getKind()).isEqualTo("internal");
    assertThat(finished.getError().getCode()).isEqualTo(Attempt.GAVE_UP);
    assertThat(generator.begun).hasValue(3);
    try (TestingTopic topics = new TestingTopic(config)) {
      List<ConsumerRecord<byte[], byte[]>> dead =
          topics.readUntil(new Topics(config.prefix()).dead(), _ -> true);
      assertThat(dead.getFirst().key()).asString().isEqualTo(published.requestId());
      assertThat(ChunkRecords.headers(dead.getFirst()).text(HeaderNames.ERROR_MESSAGE))
          .contains("3 attempts failed", "broken on purpose");
    }
  }

  @Test
  void anOverloadedWorkerGivesRequestsBackUntilItHasRoom() {
    worker();
    assertThat(TestingListener.tokens(follow(publish("overload 3")).awaitFinished())).hasSize(3);
    assertThat(generator.begun).hasValue(4);
  }

  @Test
  void theResultAlsoGoesToTheApplicationsOwnTopic() throws Exception {
    String replies = config.prefix() + "-replies";
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrap()));
        TestingTopic topics = new TestingTopic(config)) {
      admin.createTopics(List.of(new NewTopic(replies, 1, (short) 1))).all().get();
      worker();
      Published published =
          publish("4", new RequestHeaders("acme", 0, 0, null, replies, "order-17"));
      ConsumerRecord<byte[], byte[]> reply = topics.readUntil(replies, _ -> true).getFirst();
      Result result =
          ChunkRecords.CODEC.decodeResult(reply.value(), ChunkRecords.headers(reply)).message();
      assertThat(ChunkRecords.headers(reply).text(HeaderNames.CORRELATION_ID))
          .isEqualTo("order-17");
      assertThat(result.getRequestId()).isEqualTo(published.requestId());
      assertThat(result.getText()).isEqualTo(" t0 t1 t2 t3");
      assertThat(result.getTokenIdsList()).isEqualTo(TestingGenerator.tokens("4", 4));
      assertThat(result.getTenant()).isEqualTo("acme");
      assertThat(result.getAttempts()).isEqualTo(1);
    }
  }

  @Test
  void anAnswerMustNotGoToATopicOfTheStreams() {
    worker();
    RequestHeaders headers =
        new RequestHeaders("default", 0, 0, null, new Topics(config.prefix()).control(), null);
    assertThat(end(follow(publish("4", headers)).awaitFinished()).getError().getField())
        .isEqualTo("reply-topic");
  }

  @Test
  void aFromThatIsNoneCountsAsAbsent() {
    worker();
    try (TestingTopic topics = new TestingTopic(config)) {
      List<String> ids = new ArrayList<>();
      for (String from :
          List.of("{\"partition\":0,\"offset\":99999}", "{\"partition\":77,\"offset\":0}")) {
        ids.add(RequestIds.draw(System.currentTimeMillis()));
        topics.write(
            new ProducerRecord<>(
                new Topics(config.prefix()).requests("echo"),
                Records.utf8(ids.getLast()),
                Records.utf8("{\"model\":\"echo\",\"prompt\":\"3\",\"from\":" + from + "}")));
      }
      for (String id : ids) {
        List<ConsumerRecord<byte[], byte[]>> records =
            topics.readUntil(
                new Topics(config.prefix()).chunks(),
                r ->
                    new String(r.key(), StandardCharsets.UTF_8).equals(id)
                        && new String(r.value(), StandardCharsets.UTF_8).contains("\"finished\""));
        assertThat(records.getLast().value()).asString().contains("stop");
      }
    }
  }

  @Test
  void aClosedWorkerLeavesNoThread() {
    Set<String> before = TestingThreads.names();
    Intake worker = worker();
    worker.ready().toCompletableFuture().join();
    follow(publish("3")).awaitFinished();
    worker.close();
    reader.close();
    publisher.close();
    TestingThreads.awaitGone(before, Duration.ofSeconds(10));
  }
}
