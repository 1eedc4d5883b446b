package dev.weir.stream;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/**
 * How a broker of Weir's own runs. All its listeners are on 127.0.0.1.
 *
 * @param dataFolder is created if it is not there
 * @param port of the listener for clients; 0 takes a free one
 * @param node number of this broker, from 1
 * @param quorum ports of the controllers of all brokers of the cluster, the first one's first, the
 *     same for each of them; empty: this broker is alone
 * @param externals further listeners, for clients that reach the broker by another address
 */
public record BrokerOptions(
    Path dataFolder, int port, int node, List<Integer> quorum, List<External> externals) {

  private static final int MOST_PORT = 65_535;

  /**
   * A listener whose clients are told another address: that of a proxy or a forwarded port.
   *
   * @param port on 127.0.0.1
   * @param address {@code host:port} that clients are told
   */
  public record External(int port, String address) {
    public External {
      requirePort("an external listener", port);
      if (!address.matches("[^\\s:,/]+:[0-9]{1,5}")) {
        throw new IllegalArgumentException(
            "the address of an external listener must be HOST:PORT, not '" + address + "'");
      }
    }
  }

  public BrokerOptions {
    quorum = List.copyOf(quorum);
    externals = List.copyOf(externals);
    if (port < 0 || port > MOST_PORT) {
      throw new IllegalArgumentException("port must be 0 to " + MOST_PORT + ": " + port);
    }
    quorum.forEach(each -> requirePort("a controller of the quorum", each));
    if (new HashSet<>(quorum).size() < quorum.size()) {
      throw new IllegalArgumentException("each controller of the quorum needs a port of its own");
    }
    if (node < 1 || node > Math.max(1, quorum.size())) {
      throw new IllegalArgumentException(
          "node is %d, but the quorum has controllers 1 to %d"
              .formatted(node, Math.max(1, quorum.size())));
    }
  }

  /** A broker alone. */
  public static BrokerOptions alone(Path dataFolder, int port) {
    return new BrokerOptions(dataFolder, port, 1, List.of(), List.of());
  }

  private static void requirePort(String whose, int port) {
    if (port < 1 || port > MOST_PORT) {
      throw new IllegalArgumentException(
          "the port of %s must be 1 to %d: %d".formatted(whose, MOST_PORT, port));
    }
  }

  boolean isAlone() {
    return quorum.isEmpty();
  }

  /** On how many brokers a record lies. */
  int replicas() {
    return Math.min(3, Math.max(1, quorum.size()));
  }

  /** Of which so many must have it before it counts. */
  int minInsync() {
    return replicas() == 3 ? 2 : 1;
  }
}
