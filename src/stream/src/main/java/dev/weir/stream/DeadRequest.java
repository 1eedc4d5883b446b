package dev.weir.stream;

import dev.weir.proto.v1.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A request that was given up, without what it asks.
 *
 * @param id of the request
 * @param timeMs when it was given up, milliseconds since 1970 (UTC)
 * @param model whose requests it lay among; empty if that is not known
 * @param tenant on whose account; empty if that cannot be read
 * @param failure why it was given up: kind, code, field and message
 * @param attempts how many there were; 0 if that is not known
 * @param requestTopic where it lay; empty if that is not known
 * @param requestOffset its offset there; -1 if that is not known
 * @param retryOf id of the dead request that it was a retry of
 * @param retriedAs id under which it was published again
 */
public record DeadRequest(
    String id,
    long timeMs,
    String model,
    String tenant,
    Failure failure,
    int attempts,
    String requestTopic,
    long requestOffset,
    @Nullable String retryOf,
    @Nullable String retriedAs) {

  DeadRequest retriedAs(String newId) {
    return new DeadRequest(
        id, timeMs, model, tenant, failure, attempts, requestTopic, requestOffset, retryOf, newId);
  }
}
