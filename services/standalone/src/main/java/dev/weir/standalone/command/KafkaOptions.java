package dev.weir.standalone.command;

import dev.weir.stream.StreamConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command reaches Kafka. */
final class KafkaOptions {
  static final String DEFAULT_BOOTSTRAP = "127.0.0.1:9092";

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "Kafka (default: $WEIR_BOOTSTRAP, else what weir up starts)",
      defaultValue = "${env:WEIR_BOOTSTRAP}")
  @Nullable String bootstrap;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "further Kafka client properties, such as TLS and SASL")
  @Nullable Path config;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "of all topics and groups (default: ${DEFAULT-VALUE})",
      defaultValue = "weir")
  String prefix = "weir";

  /** True if the user named a Kafka of their own. */
  boolean named() {
    return bootstrap != null && !bootstrap.isBlank();
  }

  /** Of requests that name none. */
  Duration defaultDeadline() {
    return StreamConfig.of(DEFAULT_BOOTSTRAP).defaultDeadline();
  }

  /** The settings for a Kafka at an address. */
  StreamConfig at(String address) {
    StreamConfig defaults = StreamConfig.of(address);
    return new StreamConfig(
        address,
        prefix,
        properties(),
        defaults.chunkPartitions(),
        defaults.replicationFactor(),
        defaults.lockDuration(),
        defaults.defaultDeadline());
  }

  /**
   * The settings for the Kafka that was named, else for that of {@code weir up} on this machine.
   */
  StreamConfig streams() {
    return at(bootstrap != null && !bootstrap.isBlank() ? bootstrap : DEFAULT_BOOTSTRAP);
  }

  private Map<String, String> properties() {
    if (config == null) {
      return Map.of();
    }
    Properties read = new Properties();
    try (Reader in = Files.newBufferedReader(config)) {
      read.load(in);
    } catch (IOException e) {
      throw new CommandException("--kafka-config %s cannot be read".formatted(config), e);
    }
    Map<String, String> properties = new HashMap<>();
    read.stringPropertyNames().forEach(name -> properties.put(name, read.getProperty(name)));
    properties.remove("bootstrap.servers");
    return properties;
  }
}
