package dev.weir.stream;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of this machine on which nothing listens, for a server that is about to start. They lie
 * below those that systems give to outgoing connections (from 32768 on Linux, from 49152 by RFC
 * 6335, section 6): such a port could be taken by any connection before the server is there, even
 * by one that was meant for it, which TCP then connects to itself.
 */
public final class FreePorts {
  private static final int FIRST = 10_000;
  private static final int END = 32_768;
  private static final int ATTEMPTS = 10_000;

  private FreePorts() {}

  /** One. */
  public static int one() {
    return several(1).getFirst();
  }

  /**
   * Some that differ.
   *
   * @throws BrokerException if there are not as many
   */
  public static List<Integer> several(int count) {
    List<ServerSocket> open = new ArrayList<>();
    try {
      for (int attempt = 0; open.size() < count && attempt < ATTEMPTS; attempt++) {
        tryOpen(ThreadLocalRandom.current().nextInt(FIRST, END), open);
      }
      if (open.size() < count) {
        throw new BrokerException(
            "no %d free ports from %d to %d; stop what listens there"
                .formatted(count, FIRST, END - 1));
      }
      return open.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      open.forEach(FreePorts::close);
    }
  }

  @SuppressWarnings("AddressSelection") // this machine alone
  private static void tryOpen(int port, List<ServerSocket> open) {
    try {
      open.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
    } catch (IOException e) {
      // it is taken: another one
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is free in any case
    }
  }
}
