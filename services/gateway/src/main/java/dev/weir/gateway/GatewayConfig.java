package dev.weir.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of the gateway: {@code weir.gateway.*} in system properties, the environment ({@code
 * WEIR_GATEWAY_PORT}) and what the caller gives. Durations are ISO-8601 ({@code PT10S}).
 */
@ConfigMapping(prefix = "weir.gateway")
public interface GatewayConfig {

  /** Address to listen on. Any other than a loopback address needs {@link #apiKeys}. */
  @WithDefault("127.0.0.1")
  String host();

  /** 0: any free port. */
  @WithDefault("8080")
  int port();

  /** Keys of which one must come as {@code Authorization: Bearer} with every {@code /v1/} call. */
  Optional<List<String>> apiKeys();

  /** Origins of other sites whose pages may call, as {@code https://example.com}. */
  Optional<List<String>> allowedOrigins();

  /** Threads that serve sockets. */
  @WithDefault("2")
  int eventLoops();

  @WithDefault("16384")
  int maxConnections();

  /**
   * Most bytes of a request body. Twice what a record may have (JSON writes some characters in more
   * bytes), so that a prompt that is somewhat too long is told so in the validator's words.
   */
  @WithDefault("2097152")
  int bodyLimit();

  /** Most bytes of all headers of a request. */
  @WithDefault("16384")
  int headerLimit();

  /** Most bytes of a request line. */
  @WithDefault("8192")
  int requestLineLimit();

  /** Most answers that callers wait for at the same time. */
  @WithDefault("1024")
  int maxOutstanding();

  /** The same for one tenant: for one API key, or for all callers where there are no keys. */
  @WithDefault("256")
  int maxOutstandingPerTenant();

  /** The same for one connection. */
  @WithDefault("64")
  int maxOutstandingPerConnection();

  /** What a caller that was refused for a limit is told to wait. */
  @WithDefault("PT1S")
  Duration retryAfter();

  /** Most answers of one call: {@code n} times the number of prompts. */
  @WithDefault("16")
  int maxChoices();

  /** How long Kafka may take to acknowledge a request. */
  @WithDefault("PT10S")
  Duration publishTimeout();

  /** How long the status line waits for the first token, so that an error can be a status. */
  @WithDefault("PT10S")
  Duration headWait();

  /** A comment goes out when an event stream was silent for so long. */
  @WithDefault("PT10S")
  Duration pingInterval();

  /** When the gateway gives an answer up that did not end; longer than a request's deadline. */
  @WithDefault("PT11M")
  Duration responseTimeout();

  /** How long the head of a request may take, and how long its body. */
  @WithDefault("PT30S")
  Duration requestTimeout();

  /** How long a connection without a request stays open. */
  @WithDefault("PT75S")
  Duration idleTimeout();

  /** How long a client may take nothing of what is written to it before it counts as gone. */
  @WithDefault("PT60S")
  Duration stallTimeout();

  /** Most chunks of one stream held for a client that is slower than the log. */
  @WithDefault("256")
  int streamWindow();

  /** Most bytes of these chunks; pictures are large. A single larger chunk is held alone. */
  @WithDefault("4194304")
  int streamWindowBytes();

  /**
   * How long answers under way may take to end when the gateway is told to stop. Readers of streams
   * are sent to another gateway at once.
   */
  @WithDefault("PT20S")
  Duration drainTimeout();

  /**
   * How long a gateway that is told to stop still takes requests: {@code /health/ready} says no,
   * and each answer ends its connection, so that no client sends a request just as its connection
   * closes. As long as a load balancer needs to look elsewhere.
   */
  @WithDefault("PT1S")
  Duration drainDelay();

  /**
   * How long a gateway that is told to stop then waits for clients to use, or to close, the
   * connections that they keep: a client that has not seen yet that its connection is closed sends
   * its next request for nothing. What is idle behind that is closed.
   */
  @WithDefault("PT5S")
  Duration drainIdle();

  /** How long an {@code Idempotency-Key} leads to the same request. */
  @WithDefault("PT10M")
  Duration idempotencyTtl();

  @WithDefault("10000")
  int idempotencyKeys();

  /** Limits of {@code /v1/ws}. */
  WebSockets ws();

  /** Limits of {@code /v1/ws}. */
  interface WebSockets {
    /** Most streams on one socket. */
    @WithDefault("64")
    int maxStreams();

    /** How many {@code tokens} messages a stream may send before the client grants more. */
    @WithDefault("256")
    int credit();

    /** Most bytes of one frame from a client. */
    @WithDefault("65536")
    int maxFrame();

    /** Most bytes of one message from a client. */
    @WithDefault("2097152")
    int maxMessage();

    /** A ping goes out so often; a socket that answers none of three is closed. */
    @WithDefault("PT20S")
    Duration pingInterval();
  }

  /**
   * Reads the settings.
   *
   * @param arguments {@code weir.gateway.…} to value; these win over environment and properties
   */
  static GatewayConfig load(Map<String, String> arguments) {
    return new SmallRyeConfigBuilder()
        .addDefaultSources()
        .addDefaultInterceptors()
        .withMapping(GatewayConfig.class)
        .withSources(new PropertiesConfigSource(arguments, "arguments", 1000))
        .build()
        .getConfigMapping(GatewayConfig.class);
  }
}
