package dev.weir.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker in this process, reachable from this machine alone. Its data outlives it, also
 * when the process is killed.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final Duration CLOSE_LIMIT = Duration.ofMillis(4500);

  private final BrokerFolder folder;
  private final KafkaRaftServer server;
  private final String bootstrap;
  private final CompletableFuture<Throwable> failure;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedBroker(
      BrokerFolder folder,
      KafkaRaftServer server,
      String bootstrap,
      CompletableFuture<Throwable> failure) {
    this.folder = folder;
    this.server = server;
    this.bootstrap = bootstrap;
    this.failure = failure;
  }

  /** Starts alone, on a free port. */
  public static EmbeddedBroker start(Path dataFolder) {
    return start(dataFolder, 0);
  }

  /** Starts alone; otherwise as {@link #start(BrokerOptions)}. */
  public static EmbeddedBroker start(Path dataFolder, int port) {
    return start(BrokerOptions.alone(dataFolder, port));
  }

  /**
   * Starts and returns when clients can use it, share groups included. One of several waits until
   * most of them are there.
   *
   * @throws BrokerException if the folder is in use, a port is taken, or the data is damaged
   */
  public static EmbeddedBroker start(BrokerOptions options) {
    Path home = options.dataFolder().toAbsolutePath().normalize();
    BrokerFolder folder = BrokerFolder.lock(home);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    try {
      int listener = options.port() == 0 ? FreePorts.one() : freeOrThrow(options.port());
      options.externals().forEach(external -> freeOrThrow(external.port()));
      List<Integer> quorum = options.isAlone() ? List.of(FreePorts.one()) : options.quorum();
      Path logs = home.resolve("kafka");
      Map<String, String> settings = BrokerSettings.of(options, logs, listener, quorum);
      format(logs, options);
      watchExits(failure);
      KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
      String bootstrap = "127.0.0.1:" + listener;
      try {
        server.startup();
        if (options.node() == 1) { // once for a cluster
          ShareGroupWarmUp.run(bootstrap);
        }
      } catch (RuntimeException e) {
        stop(server);
        throw e;
      }
      return new EmbeddedBroker(folder, server, bootstrap, failure);
    } catch (RuntimeException e) {
      folder.close();
      Throwable fatal = failure.getNow(e);
      throw e instanceof BrokerException known
          ? known
          : new BrokerException(
              "the embedded broker cannot start on %s: %s".formatted(home, fatal.getMessage()), e);
    }
  }

  /** {@code host:port} for clients. */
  public String bootstrap() {
    return bootstrap;
  }

  /**
   * Completes, with what went wrong, when the broker can not go on (a full or failing disk). Kafka
   * would halt the whole process; here its owner decides.
   */
  public CompletionStage<Throwable> failure() {
    return failure.minimalCompletionStage();
  }

  /** Stops the broker in order, within 5 s. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      if (stop(server)) {
        folder.close();
      }
    }
  }

  /** False if the broker still runs at the limit: then the folder stays locked. */
  private static boolean stop(KafkaRaftServer server) {
    Thread stopper =
        Thread.ofPlatform()
            .daemon()
            .name("weir-broker-stop")
            .start(() -> {
              server.shutdown();
              server.awaitShutdown();
            });
    try {
      if (stopper.join(CLOSE_LIMIT)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.warn("the embedded broker did not stop within {} ms", CLOSE_LIMIT.toMillis());
    return false;
  }

  /** All brokers of a cluster must name it alike: its quorum is what they all know. */
  private static Uuid clusterId(BrokerOptions options) {
    if (options.isAlone()) {
      return Uuid.randomUuid();
    }
    UUID known =
        UUID.nameUUIDFromBytes(
            ("weir quorum " + options.quorum()).getBytes(StandardCharsets.UTF_8));
    return new Uuid(known.getMostSignificantBits(), known.getLeastSignificantBits());
  }

  private static void format(Path logs, BrokerOptions options) {
    if (Files.exists(logs.resolve("meta.properties"))) {
      return;
    }
    try (PrintStream quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      Files.createDirectories(logs);
      new Formatter()
          .setPrintStream(quiet)
          .setNodeId(options.node())
          .setClusterId(clusterId(options).toString())
          .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
          .addDirectory(logs.toString())
          .setMetadataLogDirectory(logs.toString())
          .run();
    } catch (Exception e) { // what Formatter declares
      throw new BrokerException("cannot prepare %s: %s".formatted(logs, e.getMessage()), e);
    }
  }

  /**
   * Kafka ends the process when it cannot go on, by these procedures of the whole JVM. The thread
   * that calls must not go on, so they throw.
   */
  private static void watchExits(CompletableFuture<Throwable> failure) {
    Exit.Procedure stop =
        (status, message) -> {
          BrokerException fatal =
              new BrokerException(
                  "the embedded broker gave up (status %d)%s"
                      .formatted(status, message == null ? "" : ": " + message));
          log.error("{}", fatal.getMessage(), fatal);
          failure.complete(fatal);
          throw fatal;
        };
    Exit.setExitProcedure(stop);
    Exit.setHaltProcedure(stop);
  }

  private static int freeOrThrow(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      return port;
    } catch (IOException e) {
      throw new BrokerException(
          "port %d for the embedded broker is taken; stop what listens there or choose another (--kafka-port of weir up, --port of weir broker)"
              .formatted(port),
          e);
    }
  }
}
