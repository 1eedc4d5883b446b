package dev.weir.bench.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.stream.PacedGenerator.Text;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Sampling;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Generator;
import dev.weir.stream.RequestHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PacedGeneratorTest {
  private final PacedGenerator generator = new PacedGenerator(2);

  @BeforeEach
  void hurry() {
    generator.pace(1000, 1, Text.BIRTH_MARKS);
  }

  @AfterEach
  void close() {
    generator.close();
  }

  private static final class Taking implements Generator.Sink {
    private final BlockingQueue<Tokens> tokens = new LinkedBlockingQueue<>();
    private final CompletableFuture<Finished> finished = new CompletableFuture<>();
    private boolean admitted;

    @Override
    public void admitted() {
      admitted = true;
    }

    @Override
    public void tokens(Tokens made) {
      tokens.add(made);
    }

    @Override
    public void preview(Preview preview) {}

    @Override
    public void image(ImagePart part) {}

    @Override
    public void finished(Finished end) {
      finished.complete(end);
    }

    Tokens next() throws InterruptedException {
      Tokens next = tokens.poll(30, TimeUnit.SECONDS);
      assertThat(next).isNotNull();
      return next;
    }
  }

  private Generator.Job begin(Taking sink, int maxTokens) {
    GenerationRequest request =
        GenerationRequest.newBuilder()
            .setSampling(Sampling.newBuilder().setMaxTokens(maxTokens))
            .build();
    return generator.begin(request, RequestHeaders.NONE, sink);
  }

  @Test
  void nothingIsEmittedBeforeItProceedsAndAllInOrderBehindWhatWasThere() throws Exception {
    Taking sink = new Taking();
    Generator.Job job = begin(sink, 1000);
    assertThat(sink.admitted).isTrue();
    assertThat(sink.tokens).isEmpty();

    job.proceed(List.of(Tokens.newBuilder().addIds(1).addIds(2).build()), 2);

    for (int i = 2; i < 12; i++) {
      Tokens tokens = sink.next();
      assertThat(tokens.getFirstIndex()).isEqualTo(i);
      assertThat(tokens.getIdsCount()).isEqualTo(1);
      assertThat(tokens.getText()).hasSize(BirthMark.LENGTH);
    }
  }

  @Test
  void anOutputEndsAtItsLengthAlsoWhereAStepGivesMore() throws Exception {
    generator.pace(1000, 4, Text.LETTERS);
    Taking sink = new Taking();
    begin(sink, 10).proceed(List.of(), 0);

    Finished end = sink.finished.get(30, TimeUnit.SECONDS);
    assertThat(end.getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    List<Integer> counts = new ArrayList<>();
    sink.tokens.forEach(tokens -> counts.add(tokens.getIdsCount()));
    assertThat(counts).containsExactly(4, 4, 2);
    assertThat(generator.emitted()).isEqualTo(10);
  }

  @Test
  void allEndTogetherHoweverManyEnginesTheyTake() throws Exception {
    List<Taking> sinks = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Taking sink = new Taking();
      sinks.add(sink);
      begin(sink, 1_000_000).proceed(List.of(), 0);
    }
    for (Taking sink : sinks) {
      sink.next();
    }

    generator.endAll();

    for (Taking sink : sinks) {
      assertThat(sink.finished.get(30, TimeUnit.SECONDS).getReason())
          .isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    }
  }

  @Test
  void whatIsCancelledSaysSoAndWhatIsAbandonedSaysNothing() throws Exception {
    Taking cancelled = new Taking();
    Taking abandoned = new Taking();
    Generator.Job first = begin(cancelled, 1_000_000);
    Generator.Job second = begin(abandoned, 1_000_000);
    second.abandon();
    second.proceed(List.of(), 0);
    first.proceed(List.of(), 0);
    cancelled.next();

    first.cancel();

    assertThat(cancelled.finished.get(30, TimeUnit.SECONDS).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(abandoned.tokens).isEmpty();
    assertThat(abandoned.finished).isNotDone();
  }
}
