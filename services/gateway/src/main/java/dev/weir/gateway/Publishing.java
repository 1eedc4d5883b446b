package dev.weir.gateway;

import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.OverloadedException;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.RequestPublisher;
import dev.weir.stream.RequestPublisher.Published;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the requests of one call together: all of them, or none that goes on. */
final class Publishing {
  private static final Logger LOG = LoggerFactory.getLogger(Publishing.class);

  private final RequestPublisher publisher;
  private final Duration timeout;

  Publishing(RequestPublisher publisher, Duration timeout) {
    this.publisher = publisher;
    this.timeout = timeout;
  }

  /**
   * @return completed by any thread when Kafka has acknowledged all; fails with an {@link
   *     ApiException} after those that arrived were cancelled, also those that arrive later
   */
  CompletableFuture<List<Published>> publish(
      List<GenerationRequest> requests, RequestHeaders headers) {
    List<CompletableFuture<Published>> sent = new ArrayList<>(requests.size());
    for (GenerationRequest request : requests) {
      CompletableFuture<Published> one;
      try {
        one = publisher.publish(request, headers).toCompletableFuture();
      } catch (RuntimeException e) {
        one = CompletableFuture.failedFuture(e);
      }
      sent.add(one);
    }
    return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
        .copy() // a timeout must not complete what the publisher completes
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .handle((done, failure) -> {
          if (failure == null) {
            return sent.stream().map(CompletableFuture::join).toList();
          }
          sent.forEach(
              one -> one.thenAccept(published -> cancel(published, "a part was not written")));
          throw asApiException(failure);
        });
  }

  void cancel(Published published, String reason) {
    cancel(published.requestId(), reason);
  }

  /** Cancels for a client that does not wait for the outcome. */
  void cancel(String requestId, String reason) {
    publisher
        .cancel(requestId, reason)
        .whenComplete((done, failure) -> {
          if (failure != null) {
            LOG.warn("request {} could not be cancelled ({})", requestId, reason, failure);
          }
        });
  }

  static ApiException asApiException(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof OverloadedException
        || cause instanceof InvalidRequestException
        || cause instanceof ApiException) {
      return ApiException.of(cause);
    }
    return ApiException.unavailable(
        "The request could not be written to Kafka; nothing runs. Try again.", cause);
  }
}
