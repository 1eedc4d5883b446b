package dev.weir.bench.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Gateways and clients that are gone, and streams with several readers. */
final class EdgeFaults {
  private static final long MOST_AWAY_MS = 2_000;

  private final Scene scene;
  private final Cluster cluster;
  private final Tally tally;

  EdgeFaults(Scene scene) {
    this.scene = scene;
    this.cluster = scene.cluster();
    this.tally = scene.tally();
  }

  /** True if it has happened. */
  boolean killGateway(SplittableRandom random) throws InterruptedException {
    for (ServiceProcess gateway : cluster.gateways()) {
      gateway.awaitReady();
    }
    int index = random.nextInt(cluster.gateways().size());
    ServiceProcess gateway = cluster.gateways().get(index);
    List<LiveStream> readers =
        scene.load().live().stream()
            .filter(stream -> stream.isUnderWay() && stream.reader().uses(index))
            .toList();
    gateway.kill();
    readers.forEach(stream -> stream.check().cutOff(FaultKind.GATEWAY_KILL));
    tally.note("gateway-kill %s, %d readers".formatted(gateway.name(), readers.size()));
    Scene.pause(random, 0, MOST_AWAY_MS);
    gateway.restart();
    return true;
  }

  boolean killClient(SplittableRandom random) throws InterruptedException {
    Optional<LiveStream> stream = scene.anyUnderWay(random);
    if (stream.isEmpty()) {
      Scene.pause(random, 50, 200);
      return false;
    }
    Duration away = Duration.ofMillis(random.nextLong(MOST_AWAY_MS));
    stream.get().reader().cutOff(away);
    tally.note(
        "client-kill %s of %s"
            .formatted(stream.get().reader().device(), stream.get().published().requestId()));
    return true;
  }

  /** Two more devices, of the kinds that the reader is not, from the beginning on. */
  boolean addDevices(SplittableRandom random) throws InterruptedException {
    Optional<LiveStream> found = scene.anyUnderWay(random);
    if (found.isEmpty()) {
      Scene.pause(random, 50, 200);
      return false;
    }
    LiveStream stream = found.get();
    tally.note("three-devices " + stream.published().requestId());
    List<Thread> readers = new ArrayList<>();
    for (Device device : scene.load().devicesBut(stream.reader().device())) {
      SplittableRandom own = random.split();
      readers.add(Thread.ofVirtual().start(() -> read(stream, device, own)));
    }
    for (Thread reader : readers) {
      reader.join();
    }
    return true;
  }

  private void read(LiveStream stream, Device device, SplittableRandom random) {
    try {
      scene
          .load()
          .readFromTheBeginning(
              stream.question(), stream.published().requestId(), device, random, "also read");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
