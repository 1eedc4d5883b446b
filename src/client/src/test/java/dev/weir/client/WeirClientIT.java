package dev.weir.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.proto.HeaderNames;
import dev.weir.proto.RecordCodec;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.ModelCard;
import dev.weir.proto.v1.Result;
import dev.weir.stream.Cursor;
import dev.weir.stream.EmbeddedBroker;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application does with the client, over a real broker and a worker that repeats. */
final class WeirClientIT {
  private static final String SAID = "to be or not to be";

  private static EmbeddedBroker broker;
  private static TestingWorker worker;
  private static WeirClient weir;

  @BeforeAll
  static void start(@TempDir Path data) {
    broker = EmbeddedBroker.start(data);
    worker = new TestingWorker(StreamConfig.of(broker.bootstrap()));
    weir = WeirClient.connect(broker.bootstrap());
  }

  @AfterAll
  static void stop() {
    weir.close();
    worker.close();
    broker.close();
  }

  private static List<AnswerEvent> all(Answer answer) {
    List<AnswerEvent> events = new ArrayList<>();
    answer.forEach(events::add);
    return events;
  }

  @Test
  void anAnswerIsReadWordByWordWhileItIsMade() {
    StringBuilder text = new StringBuilder();
    try (Answer answer = weir.ask(WeirClient.chat(TestingWorker.MODEL, SAID))) {
      List<AnswerEvent> events = all(answer);
      for (AnswerEvent event : events) {
        if (event instanceof AnswerEvent.Text tokens) {
          text.append(tokens.text());
        }
      }
      assertThat(events.getFirst())
          .isInstanceOfSatisfying(
              AnswerEvent.Began.class,
              began -> assertThat(began.started().getWorker()).isEqualTo("w1"));
      assertThat(events.getLast())
          .isInstanceOfSatisfying(
              AnswerEvent.End.class,
              end -> {
                assertThat(end.finished().getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
                assertThat(end.finished().getUsage().getCompletionTokens()).isEqualTo(6);
              });
    }
    assertThat(text).hasToString(SAID);
  }

  @Test
  void whoHasTheIdFollowsTheStreamFromItsBeginningAsOftenAsTheyLike() {
    Published published =
        weir.publish(WeirClient.prompt(TestingWorker.MODEL, SAID).build(), RequestHeaders.NONE)
            .toCompletableFuture()
            .join();
    for (int i = 0; i < 2; i++) {
      try (Answer answer = weir.follow(published.requestId())) {
        assertThat(answer.text()).isEqualTo(SAID);
      }
    }
  }

  @Test
  void aReaderThatResumesFromItsCursorGetsTheRestAndNothingTwice() {
    String said = (SAID + " ").repeat(100).strip(); // more than one record can hold
    String id;
    Cursor cursor = null;
    StringBuilder text = new StringBuilder();
    try (Answer answer = weir.ask(WeirClient.prompt(TestingWorker.MODEL, said))) {
      id = answer.requestId();
      for (AnswerEvent event : answer) {
        if (event instanceof AnswerEvent.Text tokens) {
          text.append(tokens.text());
          cursor = tokens.cursor();
          break;
        }
      }
    }
    assertThat(text).isNotEmpty().hasSizeLessThan(said.length());
    try (WeirClient later = WeirClient.connect(broker.bootstrap());
        Answer rest = later.resume(id, requireNonNull(cursor))) {
      assertThat(text + rest.text()).isEqualTo(said);
    }
  }

  @Test
  void aCancelledRequestEndsAsCancelledWithWhatWasSaid() {
    StringBuilder text = new StringBuilder();
    AnswerEvent last = null;
    try (Answer answer =
        weir.ask(WeirClient.prompt(TestingWorker.MODEL, "one two " + TestingWorker.HOLD))) {
      for (AnswerEvent event : answer) {
        if (event instanceof AnswerEvent.Text tokens) {
          text.append(tokens.text());
          if (text.toString().equals("one two ")) {
            weir.cancel(answer.requestId()).toCompletableFuture().join();
          }
        }
        last = event;
      }
    }
    assertThat(text).hasToString("one two ");
    assertThat(last)
        .isInstanceOfSatisfying(
            AnswerEvent.End.class,
            end ->
                assertThat(end.finished().getReason())
                    .isEqualTo(FinishReason.FINISH_REASON_CANCELLED));
  }

  @Test
  void theModelsAreThoseThatAWorkerServesNow() {
    for (int i = 0; i < 2; i++) {
      assertThat(weir.models())
          .singleElement()
          .satisfies(card -> {
            assertThat(card.getModel()).isEqualTo(TestingWorker.MODEL);
            assertThat(card.getWorker()).isEqualTo("w1");
            assertThat(card.getContextLength()).isEqualTo(512);
          });
    }
    StreamConfig elsewhere = config("elsewhere");
    try (WeirClient other = WeirClient.connect(elsewhere)) {
      try (TestingWorker coming = new TestingWorker(elsewhere)) {
        assertThat(coming).isNotNull();
        awaitModels(other, 1);
      }
      awaitModels(other, 0);
    }
  }

  private static StreamConfig config(String prefix) {
    StreamConfig all = StreamConfig.of(broker.bootstrap());
    return new StreamConfig(
        all.bootstrap(),
        prefix,
        all.kafka(),
        1,
        all.replicationFactor(),
        all.lockDuration(),
        all.defaultDeadline());
  }

  private static void awaitModels(WeirClient client, int count) {
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    List<ModelCard> cards = client.models();
    while (cards.size() != count && System.nanoTime() < deadline) {
      cards = client.models();
    }
    assertThat(cards).hasSize(count);
  }

  @Test
  void withoutABrokerTheModelsAreAnErrorAndNotAnEmptyList() {
    try (WeirClient nowhere = WeirClient.connect("127.0.0.1:1")) {
      assertThatThrownBy(nowhere::models)
          .isInstanceOfSatisfying(
              AnswerException.class, e -> assertThat(e.code()).isEqualTo("unavailable"))
          .hasMessageContaining("127.0.0.1:1");
    }
  }

  @Test
  void theWholeResultGoesToTheTopicThatTheApplicationNames() throws Exception {
    String replies = "orders-replies";
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrap());
    try (Admin admin = Admin.create(kafka)) {
      admin.createTopics(List.of(new NewTopic(replies, 1, (short) 1))).all().get();
    }
    Published published =
        weir.publish(
                WeirClient.chat(TestingWorker.MODEL, SAID).build(),
                new RequestHeaders("acme", 0, 0, null, replies, "order-17"))
            .toCompletableFuture()
            .join();
    ConsumerRecord<byte[], byte[]> reply = first(kafka, replies);
    Result result =
        new RecordCodec().decodeResult(reply.value(), name -> header(reply, name)).message();
    assertThat(header(reply, HeaderNames.CORRELATION_ID)).asString().isEqualTo("order-17");
    assertThat(result.getRequestId()).isEqualTo(published.requestId());
    assertThat(result.getTenant()).isEqualTo("acme");
    assertThat(result.getText()).isEqualTo(SAID);
    assertThat(result.getTokenIdsList()).containsExactly(1000, 1001, 1002, 1003, 1004, 1005);
  }

  private static byte @Nullable [] header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : header.value();
  }

  private static ConsumerRecord<byte[], byte[]> first(Map<String, Object> kafka, String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var consumer =
        new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
      while (System.nanoTime() < deadline) {
        var records = consumer.poll(Duration.ofSeconds(1)).records(partition);
        if (!records.isEmpty()) {
          return records.getFirst();
        }
      }
      throw new AssertionError("nothing came on " + topic);
    }
  }
}
