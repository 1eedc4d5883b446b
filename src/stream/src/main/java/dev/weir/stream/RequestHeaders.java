package dev.weir.stream;

import org.jspecify.annotations.Nullable;

/**
 * What travels beside a request, in Kafka headers.
 *
 * @param tenant on whose account; {@code default} where there is none
 * @param deadlineMs when the answer is of no use any more, milliseconds since 1970 (UTC); 0: by the
 *     default
 * @param priority higher runs first; 0 by default
 * @param traceparent W3C trace context
 * @param replyTopic where the finished result also goes
 * @param correlationId copied to that result
 */
public record RequestHeaders(
    String tenant,
    long deadlineMs,
    int priority,
    @Nullable String traceparent,
    @Nullable String replyTopic,
    @Nullable String correlationId) {

  public static final RequestHeaders NONE = new RequestHeaders("default", 0, 0, null, null, null);

  /** The same with another deadline. */
  RequestHeaders withDeadline(long newDeadlineMs) {
    return new RequestHeaders(
        tenant, newDeadlineMs, priority, traceparent, replyTopic, correlationId);
  }
}
