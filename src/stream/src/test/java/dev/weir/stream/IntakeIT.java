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
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a request, over a real broker, with a model that counts. */
final class IntakeIT {
  @RegisterExtension final TestingStreams streams = new TestingStreams();
  private final TestingGenerator generator = streams.generator();

  private Intake worker() {
    return streams.worker("w1", 2, generator);
  }

  @Test
  void aRequestIsAnsweredTokenByToken() {
    worker();
    List<StreamChunk> seen = streams.ask("20").awaitFinished();
    assertThat(TestingListener.tokens(seen)).isEqualTo(TestingGenerator.tokens("20", 20));
    assertThat(TestingStreams.end(seen).getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(TestingStreams.end(seen).getTotal()).isEqualTo(20);
    assertThat(TestingStreams.end(seen).getUsage().getPromptTokens()).isEqualTo(5);
    assertThat(TestingStreams.end(seen).getUsage().getCompletionTokens()).isEqualTo(20);
    assertThat(seen.getFirst().chunk().getStarted().getWorker()).isEqualTo("w1");
  }

  @Test
  void requestsWrittenBeforeTheFirstWorkerCameAreAnswered() {
    List<TestingListener> listeners = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      listeners.add(streams.ask(Integer.toString(i)));
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
    try (TestingTopic topics = new TestingTopic(streams.config())) {
      var written = topics.write("{\"model\":\"echo\",\"prompt\":\"4\"}");
      String id =
          RequestIds.derive(
              written.timestamp(),
              topics.topicId(streams.names().requests("echo")),
              0,
              written.offset());
      List<ConsumerRecord<byte[], byte[]>> records =
          topics.readUntil(
              streams.names().chunks(),
              record ->
                  new String(record.value(), StandardCharsets.UTF_8).contains("\"finished\""));
      assertThat(records).allSatisfy(r -> assertThat(r.key()).asString().isEqualTo(id));
      assertThat(records)
          .allSatisfy(
              r -> assertThat(ChunkRecords.headers(r).contentType()).isEqualTo(ContentType.JSON));
      assertThat(records)
          .anySatisfy(r -> assertThat(r.value()).asString().contains("\" t0").contains(id));
      assertThat(TestingListener.tokens(streams.follow(id, new Start.Beginning()).awaitFinished()))
          .isEqualTo(TestingGenerator.tokens("4", 4));
    }
  }

  @Test
  void whatCannotBeReadOrDoneFinishesWithTheFieldAtFault() {
    worker();
    try (TestingTopic topics = new TestingTopic(streams.config())) {
      Topics names = streams.names();
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
        TestingListener listener = streams.awaitBegun(requireNonNull(ids.get(line)));
        Finished finished = TestingStreams.end(listener.awaitFinished());
        assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_ERROR);
        assertThat(finished.getError().getKind()).isEqualTo("invalid_request");
        assertThat(finished.getError().getCode()).as(line).isEqualTo(code);
        assertThat(finished.getError().getHttpStatus()).isEqualTo(400);
        assertThat(finished.getTotal()).isZero();
      });
    }
  }

  private void awaitBegun(int count) {
    TestingStreams.await("begun: " + count, () -> generator.begun.get() >= count);
  }

  @Test
  void aCancelledRequestEndsAndFreesItsSlot() {
    Intake worker = streams.worker("w1", 1, generator);
    Published running = streams.publish("10@2");
    TestingListener listener = streams.follow(running);
    listener.awaitTokens(2);
    Published queued = streams.publish("7");
    streams.cancel(running);
    List<StreamChunk> seen = listener.awaitFinished();
    assertThat(TestingStreams.end(seen).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(TestingStreams.end(seen).getTotal()).isEqualTo(2);
    assertThat(TestingListener.tokens(streams.follow(queued).awaitFinished())).hasSize(7);
    assertThat(worker.running()).isLessThanOrEqualTo(1);
  }

  @Test
  void aRequestCancelledWhileItWaitsNeverReachesTheModel() {
    Published waiting = streams.publish("5");
    streams.cancel(waiting);
    worker();
    assertThat(TestingStreams.end(streams.follow(waiting).awaitFinished()).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(generator.begun).hasValue(0);
  }

  @Test
  void aRequestCancelledWhileItWaitsInTheEngineEndsAtOnceWithItsUsage() {
    IntakeOptions two =
        new IntakeOptions(
            "echo", "w1", 2, 2, "test", TestingStreams.CLOSE_LIMIT, Duration.ofMinutes(1));
    streams.worker(two, new TestingRoom(generator, 1), new SimpleMeterRegistry());
    TestingListener running = streams.ask("9@2");
    running.awaitTokens(2); // it has the only room, and keeps it
    Published waiting = streams.publish("7");
    TestingListener listener = streams.follow(waiting);
    awaitBegun(2);
    streams.cancel(waiting);
    Finished finished = TestingStreams.end(listener.awaitFinished());
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(finished.getUsage().getPromptTokens()).isEqualTo(5);
    assertThat(finished.getUsage().getCompletionTokens()).isZero();
    generator.letGo();
    assertThat(TestingListener.tokens(running.awaitFinished())).hasSize(9);
  }

  @Test
  void aRequestCancelledWhileItIsTriedAgainAndAgainEnds() {
    streams.worker("w1", 1, generator);
    Published refused = streams.publish("overload 1000000");
    awaitBegun(2);
    streams.cancel(refused);
    assertThat(TestingStreams.end(streams.follow(refused).awaitFinished()).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(TestingListener.tokens(streams.ask("7").awaitFinished())).hasSize(7);
  }

  @Test
  void anyApplicationCancelsByALineOfJsonOnTheControlTopic() {
    streams.worker("w1", 1, generator);
    Published running = streams.publish("10@2");
    TestingListener listener = streams.follow(running);
    listener.awaitTokens(2);
    try (TestingTopic topics = new TestingTopic(streams.config())) {
      String control = streams.names().control();
      topics.write(
          new ProducerRecord<>(control, Records.utf8("x"), Records.utf8("{\"cancel\":7}")));
      topics.write(
          new ProducerRecord<>(
              control, Records.utf8(running.requestId()), Records.utf8("{\"cancel\":{}}")));
    }
    Finished finished = TestingStreams.end(listener.awaitFinished());
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
    TestingListener running = streams.ask("10@3", soon);
    assertThat(TestingStreams.end(streams.ask("5", past).awaitFinished()).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_DEADLINE);
    assertThat(TestingStreams.end(running.awaitFinished()).getReason())
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
    streams.worker("w1", 2, generator);
    Published first = streams.publish(request, RequestHeaders.NONE);
    TestingListener listener = streams.follow(first);
    listener.awaitTokens(3);
    streams.publish(request, RequestHeaders.NONE);
    listener.awaitStarted(2); // the duplicate's `started` displaces the first
    listener.awaitStarted(3);
    generator.letGo();
    assertThat(TestingListener.tokens(listener.awaitFinished()))
        .isEqualTo(TestingGenerator.tokens("6@3", 6));
  }

  @Test
  void anAttemptThatIsDisplacedStopsAndTheRequestIsAnsweredAnew() {
    streams.worker("w1", 1, generator);
    Published published = streams.publish("9@4");
    TestingListener listener = streams.follow(published);
    listener.awaitTokens(4);
    try (TestingLog log = new TestingLog(streams.config())) {
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
    Intake first = streams.worker("w1", 1, generator);
    TestingListener listener = streams.ask("40@15");
    listener.awaitTokens(15);
    first.close();
    TestingGenerator second = new TestingGenerator();
    second.letGo();
    streams.worker("w2", 1, second);
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
    StreamConfig config = TestingBroker.of(broker.bootstrap());
    try (StreamAdmin admin = new StreamAdmin(config)) {
      admin.ensure(List.of("echo"));
    }
    streams.on(config, null);
    streams.worker("w1", 1, generator);
    TestingListener listener = streams.ask("30@10");
    listener.awaitTokens(10);
    broker.close();
    streams.closedLast(EmbeddedBroker.start(data, port));
    generator.letGo();
    List<StreamChunk> seen = listener.awaitFinished();
    assertThat(TestingListener.tokens(seen)).isEqualTo(TestingGenerator.tokens("30@10", 30));
  }

  @Test
  void aRequestThatIsHeldLongerThanItsLockStaysWithItsWorker() {
    streams.worker("w1", 2, generator); // the lock is 2 s
    TestingListener listener = streams.ask("5@2");
    listener.awaitTokens(2);
    TestingListener clock = streams.ask("50@1", soon(5000));
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
    Published published = streams.publish("break");
    Finished finished = TestingStreams.end(streams.follow(published).awaitFinished());
    assertThat(finished.getError().getKind()).isEqualTo("internal");
    assertThat(finished.getError().getCode()).isEqualTo(Attempt.GAVE_UP);
    assertThat(generator.begun).hasValue(3);
    try (TestingTopic topics = new TestingTopic(streams.config())) {
      List<ConsumerRecord<byte[], byte[]>> dead =
          topics.readUntil(streams.names().dead(), _ -> true);
      assertThat(dead.getFirst().key()).asString().isEqualTo(published.requestId());
      assertThat(ChunkRecords.headers(dead.getFirst()).text(HeaderNames.ERROR_MESSAGE))
          .contains("3 attempts failed", "broken on purpose");
    }
  }

  @Test
  void anOverloadedWorkerGivesRequestsBackUntilItHasRoom() {
    worker();
    assertThat(TestingListener.tokens(streams.ask("overload 3").awaitFinished())).hasSize(3);
    assertThat(generator.begun).hasValue(4);
  }

  @Test
  void theResultAlsoGoesToTheApplicationsOwnTopic() throws Exception {
    String replies = streams.config().prefix() + "-replies";
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", streams.config().bootstrap()));
        TestingTopic topics = new TestingTopic(streams.config())) {
      admin.createTopics(List.of(new NewTopic(replies, 1, (short) 1))).all().get();
      worker();
      Published published =
          streams.publish("4", new RequestHeaders("acme", 0, 0, null, replies, "order-17"));
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
        new RequestHeaders("default", 0, 0, null, streams.names().control(), null);
    assertThat(TestingStreams.end(streams.ask("4", headers).awaitFinished()).getError().getField())
        .isEqualTo("reply-topic");
  }

  @Test
  void aFromThatIsNoneCountsAsAbsent() {
    worker();
    try (TestingTopic topics = new TestingTopic(streams.config())) {
      List<String> ids = new ArrayList<>();
      for (String from :
          List.of("{\"partition\":0,\"offset\":99999}", "{\"partition\":77,\"offset\":0}")) {
        ids.add(RequestIds.draw(System.currentTimeMillis()));
        topics.write(
            new ProducerRecord<>(
                streams.names().requests("echo"),
                Records.utf8(ids.getLast()),
                Records.utf8("{\"model\":\"echo\",\"prompt\":\"3\",\"from\":" + from + "}")));
      }
      for (String id : ids) {
        List<ConsumerRecord<byte[], byte[]>> records =
            topics.readUntil(
                streams.names().chunks(),
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
    streams.ask("3").awaitFinished();
    worker.close();
    streams.reader().close();
    streams.publisher().close();
    TestingThreads.awaitGone(before, Duration.ofSeconds(10));
  }
}
