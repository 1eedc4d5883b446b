package dev.weir.gateway;

import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.RequestPublisher.Published;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One call of the OpenAI API, for texts or pictures, from its publishing to the end of its
 * response. Belongs to one event loop.
 *
 * <pre>
 *   publishing ──▶ reading ──▶ done      all finished, or one failed and the rest was cancelled
 *        └────────────┴──────▶ done      the client went away: cancelled unless detached
 * </pre>
 */
final class AnswerExchange implements Generation.Listener {
  /** How the answers go out. */
  sealed interface Reply permits WholeReply, StreamingReply, WholePictures, StreamingPictures {
    default void onTokens(int index, Tokens tokens, @Nullable String fingerprint) {}

    default void onPreview(Preview preview) {}

    default void onPicture(ImagePart picture) {}

    default void onEnd(int index, Finished finished, @Nullable String fingerprint) {}

    void onAllEnded(List<Answer> answers, @Nullable String fingerprint);

    void onFailed(ApiException failure);

    /** The client took nothing for too long; what is one body is not written before its end. */
    default void onStalled(ApiException failure) {
      throw new IllegalStateException("nothing was written that could stall");
    }

    default void onBatchEnd() {}

    /** The client is gone, or all is said. */
    default void stop() {}
  }

  /** Begins the reply to requests that are in Kafka. */
  interface Replies {
    /**
     * @param requestId of the first request
     * @param onStalled to be run when the client takes nothing for too long
     */
    Reply open(String requestId, Generation generation, Runnable onStalled);
  }

  private final RoutingContext ctx;
  private final GatewayServices services;
  private final Admission.Ticket ticket;
  private final boolean detached;
  private final List<Answer> answers = new ArrayList<>();
  private final long startedNanos = System.nanoTime();
  private @Nullable Generation generation;
  private @Nullable Reply reply;
  private @Nullable Long timer;
  private @Nullable String fingerprint;
  private boolean firstSeen;
  private boolean done;

  /**
   * @param requests how many the call has
   * @param keepsText what comes of the answers is kept to their end
   * @param detached leaving does not cancel
   */
  AnswerExchange(
      RoutingContext ctx,
      GatewayServices services,
      int requests,
      boolean keepsText,
      Admission.Ticket ticket,
      boolean detached) {
    this.ctx = ctx;
    this.services = services;
    this.ticket = ticket;
    this.detached = detached;
    for (int i = 0; i < requests; i++) {
      answers.add(new Answer(keepsText));
    }
  }

  void start(Replies replies, CompletableFuture<List<Published>> published) {
    ctx.addEndHandler(this::onResponseEnd);
    Future.fromCompletionStage(published, Vertx.currentContext())
        .onComplete(done -> {
          if (done.succeeded()) {
            onPublished(replies, done.result());
          } else {
            onFailed(ApiException.of(done.cause()));
          }
        });
  }

  private void onPublished(Replies replies, List<Published> published) {
    Generation opened =
        new Generation(
            Vertx.currentContext(),
            services.backend().reader(),
            services.window(),
            services.publishing(),
            ticket,
            published,
            this);
    if (done) {
      if (!detached && !services.closing()) {
        services.metrics().cancelled(opened.cancel("the client went away"));
      }
      return;
    }
    generation = opened;
    ctx.response()
        .putHeader(
            "weir-request-id",
            published.stream().map(Published::requestId).collect(Collectors.joining(",")));
    reply = replies.open(published.getFirst().requestId(), opened, this::onStalled);
    timer =
        ctx.vertx()
            .setTimer(
                services.config().responseTimeout().toMillis(), fired -> onFailed(timedOut()));
    opened.open();
  }

  @Override
  public void onChunk(int index, Chunk chunk) {
    Reply current = reply;
    if (done || current == null) {
      return;
    }
    switch (chunk.getBodyCase()) {
      case STARTED -> {
        if (fingerprint == null && !chunk.getStarted().getNumericsId().isEmpty()) {
          fingerprint = chunk.getStarted().getNumericsId();
        }
      }
      case TOKENS -> {
        if (isFirst()) {
          services.metrics().firstToken(System.nanoTime() - startedNanos);
        }
        answers.get(index).add(chunk.getTokens());
        current.onTokens(index, chunk.getTokens(), fingerprint);
      }
      case PREVIEW -> current.onPreview(chunk.getPreview());
      case IMAGE -> {
        if (isFirst()) {
          services.metrics().firstPicture(System.nanoTime() - startedNanos);
        }
        current.onPicture(chunk.getImage());
      }
      case FINISHED -> onFinished(index, chunk.getFinished(), current);
      case QUEUED, BODY_NOT_SET -> {}
    }
  }

  private boolean isFirst() {
    boolean first = !firstSeen;
    firstSeen = true;
    return first;
  }

  private void onFinished(int index, Finished finished, Reply current) {
    if (finished.getReason() == FinishReason.FINISH_REASON_ERROR) {
      onFailed(ApiException.of(finished.getError()));
      return;
    }
    answers.get(index).end(finished);
    current.onEnd(index, finished, fingerprint);
    if (answers.stream().allMatch(Answer::hasEnded)) {
      end();
      current.onAllEnded(answers, fingerprint);
    }
  }

  @Override
  public void onBatchEnd() {
    if (reply != null) {
      reply.onBatchEnd();
    }
  }

  @Override
  public void onFailed(ApiException failure) {
    if (done) {
      return;
    }
    end();
    if (generation != null) {
      generation.cancel("another answer of the same call failed");
    }
    if (reply != null) {
      reply.onFailed(failure);
    } else {
      ctx.fail(failure);
    }
  }

  private void onStalled() {
    Generation current = generation;
    if (reply == null || current == null) {
      return;
    }
    ApiException slow =
        ApiException.slowReader(
            current.requestId(), current.cursor(), services.config().stallTimeout());
    if (!done) {
      end();
      leave(current, "the client takes nothing");
    }
    reply.onStalled(slow);
  }

  private void onResponseEnd(AsyncResult<Void> end) {
    if (reply != null) {
      reply.stop();
    }
    if (done) {
      return;
    }
    end();
    if (generation == null) {
      return; // onPublished cancels
    }
    leave(generation, "the client went away");
  }

  /** What runs goes on only for who comes back. */
  private void leave(Generation left, String reason) {
    if (detached || services.closing()) {
      left.leave();
    } else {
      services.metrics().cancelled(left.cancel(reason));
    }
  }

  private void end() {
    done = true;
    ticket.leave();
    if (timer != null) {
      ctx.vertx().cancelTimer(timer);
    }
  }

  private ApiException timedOut() {
    return new ApiException(
        504,
        ApiException.OURS,
        "timeout",
        null,
        "The answer did not end within "
            + services.config().responseTimeout().toSeconds()
            + " s; it was cancelled.",
        0,
        null);
  }
}
