package dev.weir.bench.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How much of the chunk log each of some gateways reads. */
final class GatewayShare {
  private static final String OWNED = "weir_stream_partitions_owned";
  private static final String FOLLOWED = "weir_stream_partitions_followed";
  private static final String RECORDS = "kafka_consumer_fetch_manager_records_consumed_total";

  private final StreamCluster cluster;
  private final List<GatewayProcess> gateways;
  private final BenchTimer timer;
  private final List<Double> recordsBefore = new ArrayList<>();

  /**
   * The traffic of a window.
   *
   * @param shares of all records written, that each gateway has read
   * @param readPerWritten bytes of the chunk log that all readers fetched, gateways and workers,
   *     for each byte written
   */
  record Traffic(List<Double> shares, double readPerWritten) {
    double largestShare() {
      return shares.stream().mapToDouble(share -> share).max().orElse(Double.NaN);
    }
  }

  GatewayShare(StreamCluster cluster, List<GatewayProcess> gateways, BenchTimer timer) {
    this.cluster = cluster;
    this.gateways = gateways;
    this.timer = timer;
  }

  /**
   * Waits until each gateway owns its part of the partitions and reads no others.
   *
   * @throws IllegalStateException if the group does not share them out
   */
  void awaitAssignment(int limitSeconds) throws InterruptedException, IOException {
    int least = cluster.partitions() / gateways.size();
    int most = Math.ceilDiv(cluster.partitions(), gateways.size());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
    while (true) {
      List<Integer> owned = new ArrayList<>();
      int followed = 0;
      for (GatewayProcess gateway : gateways) {
        owned.add((int) gateway.metric(OWNED, ""));
        followed += (int) gateway.metric(FOLLOWED, "");
      }
      if (owned.stream().allMatch(n -> n >= least && n <= most)
          && owned.stream().mapToInt(n -> n).sum() == cluster.partitions()
          && followed == cluster.partitions()) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "gateways own %s of %d partitions and read %d after %d s"
                .formatted(owned, cluster.partitions(), followed, limitSeconds));
      }
      timer.at("sharing out partitions");
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  void begin() throws InterruptedException, IOException {
    recordsBefore.clear();
    for (GatewayProcess gateway : gateways) {
      recordsBefore.add(records(gateway));
    }
  }

  Traffic end(StreamLoad.Window window) throws InterruptedException, IOException {
    List<Double> shares = new ArrayList<>();
    for (int i = 0; i < gateways.size(); i++) {
      double read = records(gateways.get(i)) - recordsBefore.get(i);
      shares.add(read / window.counters().records());
    }
    return new Traffic(
        List.copyOf(shares), (double) window.counters().bytesOut() / window.counters().bytesIn());
  }

  private double records(GatewayProcess gateway) throws InterruptedException, IOException {
    return gateway.metric(RECORDS, "chunks");
  }
}
