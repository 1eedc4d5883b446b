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

  // On requests that were given up: kind, code and message of the failure in their finished chunk.
  public static final String ERROR_KIND = "error-kind";
  public static final String ERROR_CODE = "error-code";
  public static final String ERROR_MESSAGE = "error-message";

  // CloudEvents 1.0, Kafka protocol binding, binary mode.
  public static final String CE_SPECVERSION = "ce_specversion";
  public static final String CE_ID = "ce_id";
  public static final String CE_SOURCE = "ce_source";
  public static final String CE_TYPE = "ce_type";
  public static final String CE_TIME = "ce_time";

  private HeaderNames() {}
}
