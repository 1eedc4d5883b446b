package dev.weir.bench.stream;

import com.sun.management.OperatingSystemMXBean;
import dev.weir.bench.Samples;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Readers of streams on some gateways, and what they see in a window of time. */
final class StreamLoad {
  private static final long OPEN_LIMIT_SECONDS = 120;
  private static final long END_LIMIT_SECONDS = 60;

  private final StreamCluster cluster;
  private final List<GatewayProcess> gateways;
  private final LoadClients clients;
  private final BenchTimer timer;
  private final Delays delays = new Delays();
  private final List<StreamTally> tallies = new ArrayList<>();
  private final List<LoadConnection> connections = new ArrayList<>();

  /**
   * What came of a window.
   *
   * @param delays of tokens, from birth to the client's socket, in ms
   * @param tokens that readers got
   * @param emitted tokens that workers made
   * @param tokensPerRecord as readers got them
   * @param gatewayCores that all gateways took on average
   * @param otherCores that this process took: Kafka, workers and clients
   * @param counters of the broker
   * @param logBytes that the chunk log grew by
   */
  record Window(
      Samples delays,
      int tokens,
      long emitted,
      double tokensPerRecord,
      double seconds,
      double gatewayCores,
      double otherCores,
      BrokerCounters counters,
      long logBytes) {

    double bytesPerToken() {
      return (double) logBytes / emitted;
    }
  }

  /**
   * What readers have missed.
   *
   * @param lost tokens that did not come, of streams up to where they ended
   * @param doubled tokens that came again
   */
  record Faults(long lost, long doubled) {
    Faults plus(Faults other) {
      return new Faults(lost + other.lost, doubled + other.doubled);
    }
  }

  StreamLoad(
      StreamCluster cluster, List<GatewayProcess> gateways, LoadClients clients, BenchTimer timer) {
    this.cluster = cluster;
    this.gateways = gateways;
    this.clients = clients;
    this.timer = timer;
  }

  /** Opens readers, in turn at the gateways, and waits until all have an answer. */
  <C extends LoadConnection> List<C> open(int count, BiFunction<URI, StreamTally, C> reader)
      throws InterruptedException {
    List<C> opened = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      URI gateway = gateways.get(i % gateways.size()).address();
      StreamTally tally = new StreamTally(delays);
      C connection = reader.apply(gateway, tally);
      tallies.add(tally);
      connections.add(connection);
      opened.add(connection);
      clients.open(connection, gateway);
    }
    clients.await(opened, LoadConnection.State.OPEN, OPEN_LIMIT_SECONDS);
    return opened;
  }

  /** Watches for some seconds. */
  Window watch(String what, int seconds) throws InterruptedException {
    BrokerCounters counters = cluster.counters();
    long logBytes = cluster.logBytes();
    long emitted = cluster.emitted();
    Duration gatewayCpu = gatewayCpu();
    long ownCpu = ownCpuNanos();
    long start = System.nanoTime();
    clients.call(() -> {
      delays.begin();
      return true;
    });
    timer.rest(what, seconds);
    clients.call(() -> {
      delays.end();
      return true;
    });
    double nanos = System.nanoTime() - start;
    return new Window(
        delays.samples(),
        delays.tokens(),
        cluster.emitted() - emitted,
        delays.tokensPerRecord(),
        nanos / 1e9,
        gatewayCpu().minus(gatewayCpu).toNanos() / nanos,
        (ownCpuNanos() - ownCpu) / nanos,
        cluster.counters().minus(counters),
        cluster.logBytes() - logBytes);
  }

  /** Ends all streams, waits until every reader has heard it, and counts what they missed. */
  Faults end() throws InterruptedException {
    cluster.endAll();
    clients.await(connections, LoadConnection.State.ENDED, END_LIMIT_SECONDS);
    clients.close(connections);
    return new Faults(
        tallies.stream().mapToLong(StreamTally::lost).sum(),
        tallies.stream().mapToLong(StreamTally::doubled).sum());
  }

  /** Tokens that all readers have seen, each up to the end of its stream. */
  long seen() {
    return tallies.stream().mapToLong(StreamTally::seen).sum();
  }

  private Duration gatewayCpu() {
    return gateways.stream().map(GatewayProcess::cpu).reduce(Duration.ZERO, Duration::plus);
  }

  private static long ownCpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
