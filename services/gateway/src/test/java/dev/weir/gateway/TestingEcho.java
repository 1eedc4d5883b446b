package dev.weir.gateway;

import com.google.protobuf.ByteString;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.TokenLogprob;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.Usage;
import dev.weir.stream.Generator;
import dev.weir.stream.RequestHeaders;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A model that says its prompt again, a token for each word; of {@code forever} it says token after
 * token until it is cancelled, {@code refuse} it refuses, and {@code flood} is 2,000 tokens of 8 KB
 * as fast as can be.
 */
final class TestingEcho implements Generator, AutoCloseable {
  private static final long STEP_MS = 2;
  static final int FLOOD = 2_000;
  private static final String LONG = "x".repeat(8_000);

  private final ScheduledExecutorService steps =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("testing-echo").factory());

  @Override
  public Job begin(GenerationRequest request, RequestHeaders headers, Sink sink) {
    String prompt =
        request.getMessagesCount() > 0
            ? request.getMessages(request.getMessagesCount() - 1).getContent()
            : request.getPrompt();
    if (prompt.equals("refuse")) {
      throw new InvalidRequestException(
          "messages", "context_length_exceeded", "messages: longer than the context of 7 tokens");
    }
    sink.admitted();
    return new Echo(prompt, request, sink);
  }

  @Override
  public void close() {
    steps.shutdownNow();
  }

  private final class Echo implements Job {
    private final String[] words;
    private final boolean endless;
    private final boolean floods;
    private final boolean logprobs;
    private final int mostTokens;
    private final Sink sink;
    // Of the steps' thread.
    private int next;
    private boolean over;

    Echo(String prompt, GenerationRequest request, Sink sink) {
      this.words = prompt.split("(?= )");
      this.endless = prompt.equals("forever");
      this.floods = prompt.equals("flood");
      this.logprobs = request.getSampling().getLogprobs();
      this.mostTokens =
          request.getSampling().hasMaxTokens()
              ? request.getSampling().getMaxTokens()
              : Integer.MAX_VALUE;
      this.sink = sink;
    }

    @Override
    public void proceed(List<Tokens> emitted, long nextIndex) {
      steps.execute(() -> {
        next = emitted.stream().mapToInt(Tokens::getIdsCount).sum();
        step();
      });
    }

    private void step() {
      if (over) {
        return;
      }
      if (next >= mostTokens) {
        end(FinishReason.FINISH_REASON_LENGTH);
      } else if (!endless && next >= (floods ? FLOOD : words.length)) {
        end(FinishReason.FINISH_REASON_STOP);
      } else {
        sink.tokens(token());
        next++;
        steps.schedule(this::step, floods ? 0 : STEP_MS, TimeUnit.MILLISECONDS);
      }
    }

    private Tokens token() {
      String word = floods ? LONG : endless ? " " + next : words[next];
      Tokens.Builder token =
          Tokens.newBuilder()
              .setFirstIndex(next)
              .addIds(next)
              .setText(word)
              .setBornMs(System.currentTimeMillis())
              .setPromptTokens(words.length);
      if (logprobs) {
        token.addLogprobs(
            TokenLogprob.newBuilder()
                .setId(next)
                .setLogprob(-0.5f)
                .setBytes(ByteString.copyFromUtf8(word)));
      }
      return token.build();
    }

    private void end(FinishReason reason) {
      over = true;
      sink.finished(
          Finished.newBuilder()
              .setReason(reason)
              .setTotal(next)
              .setUsage(Usage.newBuilder().setPromptTokens(words.length).setCompletionTokens(next))
              .build());
    }

    @Override
    public void cancel() {
      steps.execute(() -> {
        if (!over) {
          end(FinishReason.FINISH_REASON_CANCELLED);
        }
      });
    }

    @Override
    public void abandon() {
      steps.execute(() -> over = true);
    }
  }
}
