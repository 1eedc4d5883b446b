package dev.weir.proto;

/** Names of the headers of records. Values are UTF-8 text. */
public final class HeaderNames {
  /** {@code application/json} (default) or {@code application/x-protobuf}. */
  public static final String CONTENT_TYPE = "content-type";

  /** W3C Trace Context, Level 1. */
  public static final String TRACEPARENT = "traceparent";

  /** On whose account. */
  public static final String TENANT = "tenant";

  /** When the answer is of no use any more: milliseconds since 1970 (UTC), or RFC 3339. */
  public static final String DEADLINE = "deadline";

  /** A whole number; higher runs first; default 0. */
  public static final String PRIORITY = "priority";

  /** Where the finished result also goes. */
  public static final String REPLY_TOPIC = "reply-topic";

  /** Copied to that result. */
  public static final String CORRELATION_ID = "correlation-id";

  /** Of a dead request that was published again: the id that it had before. */
  public static final String RETRY_OF = "retry-of";

  // On requests that were given up: the failure in their finished chunk, how many attempts there
  // were, and where the request lay.
  public static final String ERROR_KIND = "error-kind";
  public static final String ERROR_CODE = "error-code";
  public static final String ERROR_FIELD = "error-field";
  public static final String ERROR_MESSAGE = "error-message";
  public static final String ERROR_ATTEMPTS = "error-attempts";
  public static final String REQUEST_TOPIC = "request-topic";
  public static final String REQUEST_OFFSET = "request-offset";

  /** How many bytes the request had, where it was too large to be kept with its failure. */
  public static final String REQUEST_BYTES = "request-bytes";

  /** Among the dead requests, on a record without a value: the id under which it was retried. */
  public static final String RETRIED_AS = "retried-as";

  // CloudEvents 1.0, Kafka protocol binding, binary mode.
  public static final String CE_SPECVERSION = "ce_specversion";
  public static final String CE_ID = "ce_id";
  public static final String CE_SOURCE = "ce_source";
  public static final String CE_TYPE = "ce_type";
  public static final String CE_TIME = "ce_time";

  private HeaderNames() {}
}
