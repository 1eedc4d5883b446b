package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.proto.HeaderNames;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.RequestPublisher.Published;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What cannot be read or done, over a real broker: it is told, kept, and stops nobody. */
final class DeadRequestsIT {
  @RegisterExtension final TestingStreams streams = new TestingStreams();
  private final TestingGenerator generator = streams.generator();
  private Topics names;
  private TestingTopic topics;
  private DeadRequests dead;

  @BeforeEach
  void start() {
    names = streams.names();
    topics = streams.with(new TestingTopic(streams.config()));
    dead = streams.with(new DeadRequests(streams.config()));
    streams.worker("w1", 2, generator);
  }

  private Finished end(Published published) {
    return TestingStreams.end(streams.follow(published).awaitFinished());
  }

  /** A record with an id of the test's, whose stream begins nowhere yet. */
  private String write(byte[] value, Map<String, String> headers) {
    String id = RequestIds.draw(System.currentTimeMillis());
    var record = new ProducerRecord<>(names.requests("echo"), Records.utf8(id), value);
    headers.forEach((name, text) -> record.headers().add(name, Records.utf8(text)));
    topics.write(record);
    return id;
  }

  private String write(String value, Map<String, String> headers) {
    return write(Records.utf8(value), headers);
  }

  private Finished awaitEnd(String id) {
    return TestingStreams.end(streams.awaitBegun(id).awaitFinished());
  }

  @Test
  void whatCannotBeReadIsToldKeptAtItsFirstAttemptAndStopsNobody() {
    String prompt = "{\"model\":\"echo\",\"prompt\":\"3\"}";
    Map<String, String> poison = new LinkedHashMap<>();
    poison.put(write("{\"model\":", Map.of()), "invalid_json");
    poison.put(
        write(new byte[] {(byte) 0xff, 0}, Map.of("content-type", "application/x-protobuf")),
        "invalid_protobuf");
    poison.put(write(prompt, Map.of("content-type", "text/plain")), "unsupported_content_type");
    poison.put(write("{\"model\":\"other\",\"prompt\":\"3\"}", Map.of()), "invalid_value");
    poison.put(
        write(
            "{\"model\":\"echo\",\"messages\":[{\"role\":\"wizard\",\"content\":\"x\"}]}",
            Map.of()),
        "invalid_value");
    poison.put(write(prompt, Map.of("deadline", "soon")), "invalid_value");
    poison.put(write(new byte[0], Map.of()), "invalid_json");
    Published beside = streams.publish("7");
    poison.forEach((id, code) -> {
      Finished end = awaitEnd(id);
      assertThat(end.getReason()).isEqualTo(FinishReason.FINISH_REASON_ERROR);
      assertThat(end.getError().getCode()).as(end.getError().getMessage()).isEqualTo(code);
    });
    assertThat(end(beside).getTotal()).isEqualTo(7);

    topics.readUntil(names.dead(), new Countdown(poison.size())::down);
    List<DeadRequest> list = dead.list(100).requests();
    assertThat(list).hasSize(poison.size());
    assertThat(list)
        .allSatisfy(one -> {
          assertThat(one.attempts()).isEqualTo(1);
          assertThat(one.model()).isEqualTo("echo");
          assertThat(one.failure().getKind()).isEqualTo("invalid_request");
          assertThat(one.failure().getCode()).isEqualTo(poison.get(one.id()));
          assertThat(one.failure().getMessage()).isNotEmpty();
        });
    assertThat(dead.list(3))
        .satisfies(few -> {
          assertThat(few.more()).isTrue();
          assertThat(few.requests()).isEqualTo(list.subList(list.size() - 3, list.size()));
        });
  }

  private static final class Countdown {
    private int left;

    Countdown(int left) {
      this.left = left;
    }

    boolean down(ConsumerRecord<byte[], byte[]> record) {
      return --left == 0;
    }
  }

  @Test
  void aPromptThatMakesTheEngineFailGetsThreeAttemptsAndItsReasonIsKept() {
    Published poison = streams.publish("fail");
    Published beside = streams.publish("7");
    assertThat(end(beside).getTotal()).isEqualTo(7);
    Finished end = end(poison);
    assertThat(end.getError().getCode()).isEqualTo(Attempt.GAVE_UP);
    assertThat(end.getError().getMessage()).contains("3 attempts", "failed on purpose");
    assertThat(generator.begun).hasValue(4); // three of them at the poison
    topics.readUntil(names.dead(), _ -> true);
    assertThat(dead.list(9).requests())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.id()).isEqualTo(poison.requestId());
          assertThat(one.attempts()).isEqualTo(3);
          assertThat(one.failure().getMessage()).contains("failed on purpose");
        });
  }

  @Test
  void aCopyThatComesTwiceIsShownOnce() {
    ConsumerRecord<byte[], byte[]> copy = deadCopy(streams.publish("refuse"));
    topics.write(new ProducerRecord<>(names.dead(), 0, copy.key(), copy.value(), copy.headers()));
    assertThat(dead.list(9).requests()).hasSize(1);
  }

  private ConsumerRecord<byte[], byte[]> deadCopy(Published published) {
    end(published);
    return topics
        .readUntil(
            names.dead(),
            r -> published.requestId().equals(ChunkRecords.key(r)) && r.value() != null)
        .getLast();
  }

  @Test
  void aRetryHasANewIdNamesTheOldOneAndIsMarked() {
    Published poison = streams.publish("refuse");
    deadCopy(poison);
    generator.recover();
    DeadLetter letter = dead.find(poison.requestId()).orElseThrow();
    assertThat(letter.request()).isNotNull();
    String newId = dead.retry(letter);
    assertThat(newId).isNotEqualTo(poison.requestId());
    assertThat(awaitEnd(newId).getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    ConsumerRecord<byte[], byte[]> again =
        topics.readUntil(names.requests("echo"), r -> newId.equals(ChunkRecords.key(r))).getLast();
    assertThat(ChunkRecords.headers(again).text(HeaderNames.RETRY_OF))
        .isEqualTo(poison.requestId());
    assertThat(dead.list(9).requests())
        .singleElement()
        .satisfies(one -> assertThat(one.retriedAs()).isEqualTo(newId));
    assertThat(dead.find(poison.requestId()).orElseThrow().about().retriedAs()).isEqualTo(newId);
    // The old stream is what it was.
    assertThat(end(poison).getReason()).isEqualTo(FinishReason.FINISH_REASON_ERROR);
  }

  @Test
  void aRetryIsNotBoundByTheDeadlineThatHasPassed() {
    RequestHeaders soon =
        new RequestHeaders("acme", System.currentTimeMillis() + 3_000, 2, null, null, null);
    Published poison =
        streams.publish(
            GenerationRequest.newBuilder()
                .setModel("echo")
                .setPrompt("refuse")
                .setCreatedMs(1_000)
                .build(),
            soon);
    deadCopy(poison);
    generator.recover();
    String newId = dead.retry(dead.find(poison.requestId()).orElseThrow());
    assertThat(awaitEnd(newId).getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    ConsumerRecord<byte[], byte[]> again =
        topics.readUntil(names.requests("echo"), r -> newId.equals(ChunkRecords.key(r))).getLast();
    assertThat(ChunkRecords.headers(again).deadlineMs()).isZero();
    assertThat(ChunkRecords.headers(again).tenant()).isEqualTo("acme");
    assertThat(ChunkRecords.headers(again).priority()).isEqualTo(2);
  }

  @Test
  void bytesThatCannotBeReadAreRetriedAsTheyWere() {
    String id = write("{\"model\":", Map.of("x-mine", "kept", "error-code", "forged"));
    awaitEnd(id);
    topics.readUntil(names.dead(), _ -> true);
    DeadLetter letter = dead.find(id).orElseThrow();
    assertThat(letter.about().failure().getCode()).isEqualTo("invalid_json");
    String newId = dead.retry(letter);
    ConsumerRecord<byte[], byte[]> again =
        topics.readUntil(names.requests("echo"), r -> newId.equals(ChunkRecords.key(r))).getLast();
    assertThat(new String(again.value(), StandardCharsets.UTF_8)).isEqualTo("{\"model\":");
    assertThat(ChunkRecords.headers(again).text("x-mine")).isEqualTo("kept");
    assertThat(ChunkRecords.headers(again).text(HeaderNames.ERROR_CODE)).isNull();
  }

  @Test
  void aRequestTooLargeToBeCopiedIsKeptWithoutItsValue() {
    byte[] large = new byte[DeadRecords.MAX_COPIED_BYTES + 1];
    String id = write(large, Map.of());
    awaitEnd(id);
    topics.readUntil(names.dead(), _ -> true);
    DeadLetter letter = dead.find(id).orElseThrow();
    assertThat(letter.isTooLarge()).isTrue();
    assertThat(letter.valueBytes()).isEqualTo(large.length);
    assertThatThrownBy(() -> dead.retry(letter))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("publish it again");
  }

  @Test
  void whoeverWasNotGivenUpIsNotFound() {
    assertThat(dead.list(5).requests()).isEmpty();
    assertThat(dead.find("018f")).isEmpty();
  }
}
