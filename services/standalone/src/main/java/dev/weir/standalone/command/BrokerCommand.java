package dev.weir.standalone.command;

import dev.weir.stream.BrokerOptions;
import dev.weir.stream.EmbeddedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A broker alone. */
@Command(
    name = "broker",
    description = {
      "Run a Kafka broker alone, the one that 'weir up' embeds, on 127.0.0.1; with --quorum one of"
          + " several on this machine, which then hold three copies of each record.",
      "It knows no TLS and no passwords: across machines run Kafka's own distribution."
    })
final class BrokerCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "for clients (default: ${DEFAULT-VALUE}; 0: any free one)",
      defaultValue = "9092")
  int port = 9092;

  @Option(
      names = "--quorum",
      paramLabel = "PORT",
      split = ",",
      description =
          "ports of the controllers of all brokers of the cluster, the first one's first; the same"
              + " for each of them, and for good")
  List<Integer> quorum = List.of();

  @Option(
      names = "--node",
      paramLabel = "N",
      description = "which of the quorum this broker is, from 1 (default: ${DEFAULT-VALUE})",
      defaultValue = "1")
  int node = 1;

  @Option(
      names = "--external",
      paramLabel = "PORT=HOST:PORT",
      description =
          "a further listener, whose clients are told another address: that of a proxy or a"
              + " forwarded port; repeatable")
  List<String> externals = List.of();

  @Mixin DataOption data = new DataOption();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    BrokerOptions options = options();
    Running running = new Running();
    try {
      EmbeddedBroker broker = running.stack().add("broker", EmbeddedBroker.start(options));
      broker
          .failure()
          .thenAccept(failure -> {
            System.err.println("weir: " + failure.getMessage());
            running.stop(1);
          });
      Objects.requireNonNull(spec)
          .commandLine()
          .getOut()
          .println("weir broker is ready on " + broker.bootstrap());
    } catch (Exception e) {
      running.stack().close();
      throw e;
    }
    return running.await();
  }

  private BrokerOptions options() {
    try {
      List<BrokerOptions.External> others = new ArrayList<>();
      for (String external : externals) {
        others.add(external(external));
      }
      return new BrokerOptions(data.folder.resolve("broker"), port, node, quorum, others);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          Objects.requireNonNull(spec).commandLine(), Objects.requireNonNull(e.getMessage()), e);
    }
  }

  private static BrokerOptions.External external(String text) {
    int equals = text.indexOf('=');
    if (equals < 1 || !text.substring(0, equals).matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("--external must be PORT=HOST:PORT, not '" + text + "'");
    }
    return new BrokerOptions.External(
        Integer.parseInt(text.substring(0, equals)), text.substring(equals + 1));
  }
}
