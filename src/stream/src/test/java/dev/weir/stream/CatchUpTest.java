package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Queued;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Place;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.StreamReader.StreamFailure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is brought up while others write: a consumer without a network says what comes when. */
@Timeout(60)
final class CatchUpTest {
  private static final TopicPartition PARTITION = new TopicPartition("chunks", 0);
  private static final String ID = "01a21ae8-8f6b-7c42-93d7-cefb914e12b6";

  /** One partition, empty until somebody has asked for a time. */
  private static final class WrittenAfterTheQuestion extends MockConsumer<byte[], byte[]> {
    WrittenAfterTheQuestion() {
      super("none");
      Node node = new Node(1, "127.0.0.1", 1);
      Node[] nodes = {node};
      updatePartitions(
          PARTITION.topic(), List.of(new PartitionInfo(PARTITION.topic(), 0, node, nodes, nodes)));
      updateBeginningOffsets(Map.of(PARTITION, 0L));
      updateEndOffsets(Map.of(PARTITION, 0L));
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
        Map<TopicPartition, Long> times) {
      updateEndOffsets(Map.of(PARTITION, 1L));
      schedulePollTask(() -> addRecord(record()));
      return new HashMap<>(); // there was none yet
    }

    private static ConsumerRecord<byte[], byte[]> record() {
      ProducerRecord<byte[], byte[]> written =
          Records.chunk(
              PARTITION.topic(),
              0,
              ID,
              Chunk.newBuilder().setQueued(Queued.newBuilder().setModel("echo")).build(),
              ContentType.PROTOBUF,
              RequestHeaders.NONE,
              "/weir/test",
              1);
      return new ConsumerRecord<>(
          PARTITION.topic(),
          0,
          0,
          1,
          TimestampType.LOG_APPEND_TIME,
          written.key().length,
          written.value().length,
          written.key(),
          written.value(),
          written.headers(),
          java.util.Optional.empty());
    }
  }

  /** The first record, or that the end came before any. */
  private static final class First implements LogListener {
    final CompletableFuture<String> heard = new CompletableFuture<>();

    @Override
    public void onRecord(LogRecord record, Reading reading) {
      heard.complete("record " + record.offset());
    }

    @Override
    public void onCaughtUp(Reading reading) {
      heard.complete("nothing");
    }

    @Override
    public void onFailed(StreamFailure failure) {
      heard.complete(failure.message());
    }
  }

  @Test
  void whatIsWrittenWhileTheBeginningIsLookedUpIsRead() throws Exception {
    CatchUpQueue waiting = new CatchUpQueue();
    LiveTail live =
        new LiveTail(
            new MockConsumer<>("none"),
            PARTITION.topic(),
            waiting,
            1 << 20,
            new SimpleMeterRegistry().counter("lost"));
    CatchUp catchUp =
        new CatchUp(new WrittenAfterTheQuestion(), PARTITION.topic(), waiting, live, 0);
    First first = new First();
    live.start();
    catchUp.start();
    waiting.add(new Follower(ID, new Place.Since(0, 0), first, _ -> {}));
    try {
      assertThat(first.heard.get(50, TimeUnit.SECONDS)).isEqualTo("record 0");
    } finally {
      waiting.close();
      catchUp.close();
      live.close();
    }
  }
}
