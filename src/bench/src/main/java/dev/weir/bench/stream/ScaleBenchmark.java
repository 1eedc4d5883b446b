package dev.weir.bench.stream;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.bench.ScratchFolder;
import dev.weir.bench.stream.PacedGenerator.Text;
import dev.weir.bench.stream.StreamLoad.Faults;
import dev.weir.bench.stream.StreamLoad.Window;
import dev.weir.stream.EmbeddedBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What streams cost beside the models: delays under many readers, memory of idle sockets, bytes on
 * the log, and traffic of gateways that share it. Kafka, workers with paced engines and all clients
 * run in this process, each gateway in one of its own.
 */
public final class ScaleBenchmark {
  /** As a new installation has them. */
  private static final int DEFAULT_PARTITIONS = 8;

  /** Tokens of one record: with speculation, or from engines faster than records are written. */
  private static final List<Integer> TOKENS_PER_RECORD = List.of(1, 2, 4);

  /** Streams that are faster than a record each few milliseconds. */
  private static final int FAST_STREAMS = 4;

  private static final int ASSIGNMENT_LIMIT_SECONDS = 60;

  /** Of one tenant, beyond which a gateway would refuse what is measured here. */
  private static final Map<String, String> OPEN_LIMITS =
      Map.of(
          "weir.gateway.max-outstanding", "4000",
          "weir.gateway.max-outstanding-per-tenant", "4000");

  private static final Set<String> FLAWS = Set.of("stream.lost", "stream.doubled");

  private final ScaleOptions options;
  private final GatewayLauncher launcher;

  /** What a run leaves behind; the plot is an SVG document. */
  public record Outcome(List<BenchmarkResult> results, String plot) {
    /** Returns whether every reader got every token, and got it once. */
    public boolean isFlawless() {
      return results.stream()
          .filter(result -> FLAWS.contains(result.name()))
          .allMatch(result -> result.value() == 0);
    }
  }

  public ScaleBenchmark(ScaleOptions options, GatewayLauncher launcher) {
    this.options = options;
    this.launcher = launcher;
  }

  /**
   * Runs all parts and prints a row as soon as it is there.
   *
   * @throws IllegalStateException if a client is refused or breaks off, or something does not come
   *     up
   */
  public Outcome run(PrintWriter out, BenchProgress progress)
      throws InterruptedException, IOException {
    IdleSockets.requireFiles(options.sockets());
    BenchTimer timer = new BenchTimer(progress, seconds());
    ScaleResults results = new ScaleResults(options);
    ScaleReport report = new ScaleReport(out);
    report.head(Machine.current());
    ScratchFolder folder = ScratchFolder.create();
    Thread hook = new Thread(folder::close, "weir-bench-scratch");
    Runtime.getRuntime().addShutdownHook(hook);
    timer.at("starting Kafka");
    try (folder;
        EmbeddedBroker broker = StreamCluster.broker(folder);
        LoadClients clients = new LoadClients()) {
      Parts parts = new Parts(broker, folder, clients, timer, results, report);
      if (options.paced() > 0) {
        parts.delaysAndBytes();
      }
      if (options.readers() > 0) {
        parts.readers();
      }
      if (options.sockets() > 0) {
        parts.idleSockets();
      }
      if (options.streams() > 0) {
        parts.manyStreams();
      }
      for (int gateways : options.gateways()) {
        parts.share(gateways);
      }
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // Ctrl-C: the hook runs already.
      }
    }
    timer.end();
    List<BenchmarkResult> named = results.named();
    report.results(named);
    return new Outcome(named, ScaleReport.plot(results, Machine.current().cpu()));
  }

  private int seconds() {
    int one = options.warmUpSeconds() + options.seconds();
    int seconds = 0;
    if (options.paced() > 0) {
      seconds += Transport.values().length * one;
      seconds += (TOKENS_PER_RECORD.size() + 1) * one;
    }
    seconds += options.readers() > 0 ? one : 0;
    seconds += options.sockets() > 0 ? options.idleSeconds() : 0;
    seconds += options.streams() > 0 ? one : 0;
    return seconds + options.gateways().size() * one;
  }

  /** The parts of a run, one after another. */
  private final class Parts {
    private final EmbeddedBroker broker;
    private final ScratchFolder folder;
    private final LoadClients clients;
    private final BenchTimer timer;
    private final ScaleResults results;
    private final ScaleReport report;

    Parts(
        EmbeddedBroker broker,
        ScratchFolder folder,
        LoadClients clients,
        BenchTimer timer,
        ScaleResults results,
        ScaleReport report) {
      this.broker = broker;
      this.folder = folder;
      this.clients = clients;
      this.timer = timer;
      this.results = results;
      this.report = report;
    }

    private StreamCluster cluster(String prefix, int partitions, int workers, int slots)
        throws InterruptedException {
      timer.at("starting workers");
      return StreamCluster.start(broker, folder, prefix, partitions, workers, slots);
    }

    private GatewayProcess gateway(StreamCluster cluster) throws InterruptedException {
      timer.at("starting a gateway");
      return GatewayProcess.start(launcher, cluster, List.of(), OPEN_LIMITS);
    }

    void delaysAndBytes() throws InterruptedException {
      try (StreamCluster cluster = cluster("delay", DEFAULT_PARTITIONS, 1, options.paced());
          GatewayProcess gateway = gateway(cluster)) {
        double stepsPerSecond = options.pacedRate() / options.paced();
        for (Transport transport : Transport.values()) {
          cluster.pace(stepsPerSecond, 1, Text.BIRTH_MARKS);
          String what = options.pacedName() + ", " + transport.label();
          StreamLoad load = load(cluster, List.of(gateway));
          load.open(options.paced(), transport::ask);
          timer.rest(what + ", warm-up", options.warmUpSeconds());
          Window window = load.watch(what, options.seconds());
          add("delay." + options.pacedName() + "." + transport.label(), window, load.end());
        }
        bytes(cluster, gateway, stepsPerSecond);
        fast(cluster, gateway);
      }
    }

    private void bytes(StreamCluster cluster, GatewayProcess gateway, double stepsPerSecond)
        throws InterruptedException {
      cluster.pace(stepsPerSecond, 1, Text.LETTERS);
      StreamLoad load = load(cluster, List.of(gateway));
      load.open(options.paced(), Transport.SOCKET::ask);
      for (int tokens : TOKENS_PER_RECORD) {
        cluster.pace(stepsPerSecond, tokens, Text.LETTERS);
        // what was made at the pace before is on its way for a while
        timer.rest("bytes, %d a record, warm-up".formatted(tokens), options.warmUpSeconds());
        Window window = load.watch("bytes, %d a record".formatted(tokens), options.seconds());
        results.bytes("b" + tokens, tokens == 1, window);
        report.bytes("%d a step".formatted(tokens), window);
      }
      results.faults(load.end());
    }

    /** As many tokens, of few streams: then several share a record. */
    private void fast(StreamCluster cluster, GatewayProcess gateway) throws InterruptedException {
      cluster.pace(options.pacedRate() / FAST_STREAMS, 1, Text.LETTERS);
      StreamLoad load = load(cluster, List.of(gateway));
      load.open(Math.min(FAST_STREAMS, options.paced()), Transport.SOCKET::ask);
      timer.rest("fast streams, warm-up", options.warmUpSeconds());
      Window window = load.watch("fast streams", options.seconds());
      results.bytes("fast", false, window);
      report.bytes(
          "%d streams of %.0f/s".formatted(FAST_STREAMS, options.pacedRate() / FAST_STREAMS),
          window);
      results.faults(load.end());
    }

    void readers() throws InterruptedException {
      try (StreamCluster cluster = cluster("readers", DEFAULT_PARTITIONS, 1, 1);
          GatewayProcess gateway = gateway(cluster)) {
        cluster.pace(options.readerRate(), 1, Text.BIRTH_MARKS);
        StreamLoad load = load(cluster, List.of(gateway));
        SocketConnection first = load.open(1, SocketConnection::ask).getFirst();
        int others = options.readers() - 1;
        load.open(
            others / 2,
            (to, tally) -> SocketConnection.follow(to, tally, first.id(), first.from()));
        load.open(
            others - others / 2,
            (to, tally) -> EventConnection.follow(to, tally, first.id(), first.from()));
        timer.rest("readers of one stream, warm-up", options.warmUpSeconds());
        Window window = load.watch("readers of one stream", options.seconds());
        add("delay.readers" + options.readers(), window, load.end());
      }
    }

    void idleSockets() throws InterruptedException, IOException {
      try (StreamCluster cluster = cluster("idle", DEFAULT_PARTITIONS, 0, 0)) {
        timer.at("starting a gateway");
        IdleSockets.Taken taken = IdleSockets.measure(launcher, cluster, clients, timer, options);
        results.idle(taken);
        report.idle(options.sockets(), taken);
      }
    }

    void manyStreams() throws InterruptedException {
      try (StreamCluster cluster = cluster("many", options.partitions(), 1, options.streams());
          GatewayProcess gateway = gateway(cluster)) {
        cluster.pace(options.streamRate(), 1, Text.BIRTH_MARKS);
        StreamLoad load = load(cluster, List.of(gateway));
        timer.at("opening streams");
        load.open(options.streams() / 2, Transport.EVENTS::ask);
        load.open(options.streams() - options.streams() / 2, Transport.SOCKET::ask);
        timer.rest("many streams, warm-up", options.warmUpSeconds());
        Window window = load.watch("many streams", options.seconds());
        add("delay.streams" + options.streams(), window, load.end());
      }
    }

    void share(int count) throws InterruptedException, IOException {
      int slots = Math.ceilDiv(Math.max(1, options.paced()), options.workers());
      List<GatewayProcess> gateways = new ArrayList<>();
      try (StreamCluster cluster =
          cluster("share" + count, options.partitions(), options.workers(), slots)) {
        for (int i = 0; i < count; i++) {
          gateways.add(gateway(cluster));
        }
        GatewayShare share = new GatewayShare(cluster, gateways, timer);
        share.awaitAssignment(ASSIGNMENT_LIMIT_SECONDS);
        int streams = slots * options.workers();
        cluster.pace(options.pacedRate() / streams, 1, Text.BIRTH_MARKS);
        StreamLoad load = load(cluster, gateways);
        load.open(streams, Transport.SOCKET::ask);
        timer.rest("%d gateways, warm-up".formatted(count), options.warmUpSeconds());
        share.begin();
        Window window = load.watch("%d gateways".formatted(count), options.seconds());
        GatewayShare.Traffic traffic = share.end(window);
        results.faults(load.end());
        double expected =
            ReadAmplification.expected(options.workers(), slots, options.partitions());
        results.share(traffic, expected);
        report.share(traffic, expected, window);
      } finally {
        gateways.forEach(GatewayProcess::close);
      }
    }

    private StreamLoad load(StreamCluster cluster, List<GatewayProcess> gateways) {
      return new StreamLoad(cluster, gateways, clients, timer);
    }

    private void add(String name, Window window, Faults faults) {
      results.faults(faults);
      results.delay(name, window);
      report.delay(name, window);
    }
  }
}
