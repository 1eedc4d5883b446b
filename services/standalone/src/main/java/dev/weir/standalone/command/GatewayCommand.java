package dev.weir.standalone.command;

import dev.weir.standalone.GatewayService;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A gateway alone. */
@Command(
    name = "gateway",
    description = "Run a gateway alone: OpenAI API, event streams, WebSockets and the page.")
final class GatewayCommand implements Callable<Integer> {
  @Mixin GatewayOptions gatewayOptions = new GatewayOptions();
  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Running running = new Running();
    try {
      GatewayService service =
          GatewayService.start(
              gatewayOptions.config(),
              kafka.streams(),
              new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
              running.stack(),
              () -> true);
      AutoCloseable drain = service.gateway()::drain;
      running.stack().add("drain", drain);
      Objects.requireNonNull(spec)
          .commandLine()
          .getOut()
          .println("weir gateway is ready on " + service.gateway().address());
    } catch (Exception e) {
      running.stack().close();
      throw e;
    }
    return running.await();
  }
}
