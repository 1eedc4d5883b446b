package dev.weir.standalone.command;

import dev.weir.bench.peer.PeerException;
import dev.weir.bench.stream.ScaleBenchmark;
import dev.weir.bench.stream.ScaleOptions;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code bench stream --scale}: its options, and how it starts gateways. */
final class StreamScale {
  private static final ScaleOptions DEFAULT = ScaleOptions.DEFAULT;

  @Option(
      names = "--scale",
      description =
          "delays of many streams and of many readers, bytes on the log, memory of idle WebSockets,"
              + " traffic of gateways that share the log; with a paced engine, Kafka and gateways"
              + " that are started for it")
  boolean wanted;

  @Option(
      names = "--stream-rate",
      paramLabel = "R",
      description = "tokens/s of each of them (default: 5)")
  double streamRate = DEFAULT.streamRate();

  @Option(
      names = "--readers",
      paramLabel = "N",
      description = "of one stream (default: 100; 0 leaves this part out)")
  int readers = DEFAULT.readers();

  @Option(
      names = "--reader-rate",
      paramLabel = "R",
      description = "tokens/s of that stream (default: 50)")
  double readerRate = DEFAULT.readerRate();

  @Option(
      names = "--sockets",
      paramLabel = "N",
      description = "WebSockets that are open and idle (default: 10000; 0 leaves this part out)")
  int sockets = DEFAULT.sockets();

  @Option(
      names = "--idle",
      paramLabel = "SECONDS",
      description = "how long they stay so (default: 50)")
  int idleSeconds = DEFAULT.idleSeconds();

  @Option(
      names = "--paced",
      paramLabel = "N",
      description =
          "streams whose delay and bytes are measured (default: 64; 0 leaves this part out)")
  int paced = DEFAULT.paced();

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "tokens/s of these streams together (default: 2000)")
  double pacedRate = DEFAULT.pacedRate();

  @Option(
      names = "--gateways",
      paramLabel = "G",
      split = ",",
      description =
          "how many share the chunk log, one measurement each (default: 1,2,4; 0 leaves this part"
              + " out)")
  List<Integer> gateways = DEFAULT.gateways();

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "of the chunk log that gateways share (default: 32)")
  int partitions = DEFAULT.partitions();

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "beside the gateways that share it (default: 4)")
  int workers = DEFAULT.workers();

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "before each measurement (default: 10)")
  int warmUpSeconds = DEFAULT.warmUpSeconds();

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      description = "of each measurement (default: 20)")
  int seconds = DEFAULT.seconds();

  /** Returns the exit code: 1 if a token was lost or doubled. */
  int run(CommandLine command, PrintWriter out, BenchOutput output, @Nullable Integer streams)
      throws Exception {
    ScaleOptions options = checked(command, streams == null ? DEFAULT.streams() : streams);
    try (BenchTerminal progress = new BenchTerminal()) {
      ScaleBenchmark.Outcome outcome =
          new ScaleBenchmark(options, StreamScale::gateway).run(out, progress);
      output.write(outcome.results(), outcome.plot());
      return outcome.isFlawless() ? 0 : 1;
    } catch (PeerException | IllegalStateException e) {
      throw new CommandException(Objects.requireNonNull(e.getMessage()), e);
    }
  }

  /** What is wrong is told before anything starts. */
  private ScaleOptions checked(CommandLine command, int streams) {
    try {
      return new ScaleOptions(
          streams,
          streamRate,
          readers,
          readerRate,
          sockets,
          idleSeconds,
          paced,
          pacedRate,
          gateways.equals(List.of(0)) ? List.of() : gateways,
          partitions,
          workers,
          warmUpSeconds,
          seconds);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(command, e.getMessage(), e);
    }
  }

  private static List<String> gateway(
      String bootstrap, String prefix, List<String> jvmOptions, Map<String, String> settings) {
    List<String> options = new ArrayList<>(jvmOptions);
    settings.forEach((name, value) -> options.add("-D" + name + "=" + value));
    List<String> command = new ArrayList<>(OwnProcess.command(options));
    command.addAll(List.of("gateway", "--port", "0", "--bootstrap", bootstrap, "--prefix", prefix));
    return command;
  }
}
