package dev.weir.standalone;

import dev.weir.gateway.Gateway;
import dev.weir.gateway.GatewayConfig;
import dev.weir.stream.GatewayPartitions;
import dev.weir.stream.KafkaModelRegistry;
import dev.weir.stream.KafkaRequestPublisher;
import dev.weir.stream.KafkaStreamReader;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A gateway with its Kafka clients.
 *
 * @param models what it knows to be served
 */
public record GatewayService(Gateway gateway, KafkaModelRegistry models) {

  /**
   * Starts one and hands its parts to the stack.
   *
   * @param ready what must hold beside Kafka for {@code /health/ready}
   * @throws dev.weir.stream.StreamUnavailableException if Kafka does not answer
   */
  public static GatewayService start(
      GatewayConfig config,
      StreamConfig streams,
      PrometheusMeterRegistry metrics,
      ServiceStack stack,
      BooleanSupplier ready) {
    StreamAdmin admin = stack.add("admin client", new StreamAdmin(streams));
    admin.ensure(List.of());
    KafkaStreamReader reader = stack.add("stream reader", new KafkaStreamReader(streams, metrics));
    GatewayPartitions partitions =
        stack.add("gateway partitions", new GatewayPartitions(streams, reader::own));
    KafkaRequestPublisher publisher =
        stack.add(
            "request publisher",
            new KafkaRequestPublisher(streams, partitions::owned, "/weir/gateway", metrics));
    KafkaModelRegistry registry =
        stack.add("model registry", new KafkaModelRegistry(streams, metrics));
    registry.awaitLoaded(); // else a first request would be told that its model is not there
    Gateway gateway =
        stack.add(
            "gateway",
            Gateway.start(
                config,
                publisher,
                reader,
                registry,
                () -> ready.getAsBoolean() && admin.answers(),
                metrics));
    return new GatewayService(gateway, registry);
  }
}
