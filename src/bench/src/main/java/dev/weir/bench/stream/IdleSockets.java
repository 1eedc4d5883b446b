package dev.weir.bench.stream;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** WebSockets that are open and hear nothing but pings. */
final class IdleSockets {
  /** Files that a process has open beside its sockets: jars, logs, connections to Kafka. */
  private static final int OTHER_FILES = 600;

  private static final long OPEN_LIMIT_SECONDS = 120;

  private IdleSockets() {}

  /**
   * What a gateway takes.
   *
   * @param before without sockets
   * @param open with all of them, some time after the last one has opened
   * @param cores that it took on average while they were idle
   */
  record Taken(GatewayProcess.Memory before, GatewayProcess.Memory open, double cores) {}

  /**
   * Makes sure that so many can be opened, by this process and by a gateway that it starts.
   *
   * @throws IllegalStateException with what to do, if not
   */
  static void requireFiles(int sockets) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      requireFiles(sockets, system.getMaxFileDescriptorCount());
    }
  }

  static void requireFiles(int sockets, long maxFiles) {
    long needed = (long) sockets + OTHER_FILES;
    if (sockets > 0 && maxFiles < needed) {
      throw new IllegalStateException(
          "%d sockets need %d open files in each of two processes, which may have %d each; raise the limit (ulimit -n %d, as root if its hard limit is lower: ulimit -Hn), or open fewer (--sockets %d)"
              .formatted(sockets, needed, maxFiles, needed, Math.max(0, maxFiles - OTHER_FILES)));
    }
  }

  static Taken measure(
      GatewayLauncher launcher,
      StreamCluster cluster,
      LoadClients clients,
      BenchTimer timer,
      ScaleOptions options)
      throws InterruptedException, IOException {
    int limit = options.sockets() + 100; // who asks for health and metrics needs some too
    Map<String, String> settings = Map.of("weir.gateway.max-connections", Integer.toString(limit));
    try (GatewayProcess gateway = GatewayProcess.start(launcher, cluster, List.of(), settings)) {
      GatewayProcess.Memory before = gateway.memory();
      List<SocketConnection> sockets = new ArrayList<>();
      for (int i = 0; i < options.sockets(); i++) {
        SocketConnection socket = SocketConnection.idle(gateway.address());
        sockets.add(socket);
        clients.open(socket, gateway.address());
      }
      timer.at("opening sockets");
      clients.await(sockets, LoadConnection.State.OPEN, OPEN_LIMIT_SECONDS);
      Duration cpu = gateway.cpu();
      long start = System.nanoTime();
      timer.rest("idle sockets", options.idleSeconds());
      double cores = (double) gateway.cpu().minus(cpu).toNanos() / (System.nanoTime() - start);
      clients.await(sockets, LoadConnection.State.OPEN, 0); // none was closed
      GatewayProcess.Memory open = gateway.memory();
      clients.close(sockets);
      return new Taken(before, open, cores);
    }
  }
}
