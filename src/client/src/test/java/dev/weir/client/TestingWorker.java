package dev.weir.client;

import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ModelCard;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Generator;
import dev.weir.stream.Intake;
import dev.weir.stream.IntakeOptions;
import dev.weir.stream.ModelCardPublisher;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Serves the model {@value #MODEL}, which says what it was told, a word a token, and goes on only
 * when it is cancelled where it was told {@value #HOLD}.
 */
final class TestingWorker implements AutoCloseable {
  static final String MODEL = "parrot";
  static final String HOLD = "hold";

  private final ModelCardPublisher card;
  private final Intake intake;

  TestingWorker(StreamConfig streams) {
    try (StreamAdmin admin = new StreamAdmin(streams)) {
      admin.ensure(List.of(MODEL));
    }
    intake =
        Intake.start(
            streams,
            IntakeOptions.of(MODEL, "w1", 2, "parrot-1"),
            (request, _, sink) -> {
              sink.admitted();
              return new Repeating(request, sink);
            },
            null);
    card =
        new ModelCardPublisher(
            streams,
            () ->
                ModelCard.newBuilder()
                    .setModel(MODEL)
                    .setWorker("w1")
                    .setKind("text")
                    .setContextLength(512)
                    .setChat(true)
                    .build());
  }

  @Override
  public void close() {
    card.close();
    intake.close();
  }

  private static final class Repeating implements Generator.Job {
    private final String[] words;
    private final Generator.Sink sink;
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    Repeating(GenerationRequest request, Generator.Sink sink) {
      String told =
          request.getMessagesCount() > 0
              ? request.getMessages(request.getMessagesCount() - 1).getContent()
              : request.getPrompt();
      this.words = told.split("(?<= )");
      this.sink = sink;
    }

    @Override
    public void proceed(List<Tokens> emitted, long nextIndex) {
      int from = emitted.stream().mapToInt(Tokens::getIdsCount).sum();
      Thread.ofVirtual().start(() -> say(from));
    }

    private void say(int from) {
      for (int i = from; i < words.length; i++) {
        if (words[i].equals(HOLD)) {
          cancelled.join();
          finish(FinishReason.FINISH_REASON_CANCELLED);
          return;
        }
        sink.tokens(
            Tokens.newBuilder()
                .setFirstIndex(i)
                .addIds(1000 + i)
                .setText(words[i])
                .setPromptTokens(words.length)
                .build());
      }
      finish(FinishReason.FINISH_REASON_STOP);
    }

    private void finish(FinishReason reason) {
      sink.finished(Finished.newBuilder().setReason(reason).build());
    }

    @Override
    public void cancel() {
      cancelled.complete(null);
    }

    @Override
    public void abandon() {
      cancelled.completeExceptionally(new IllegalStateException("displaced"));
    }
  }
}
