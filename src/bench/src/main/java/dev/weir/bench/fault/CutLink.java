package dev.weir.bench.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What lies between one worker and the brokers: a proxy for each broker. While it is cut, nothing
 * passes and nobody is told; what was under way arrives when it is whole again, as TCP does.
 */
final class CutLink implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final List<ServerSocket> listeners = new ArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition whole = lock.newCondition();
  private boolean cut;
  private volatile boolean closed;

  /** Opens a port for each of the brokers, which need not be there yet. */
  CutLink(List<Integer> brokerPorts) {
    InetAddress here = InetAddress.getLoopbackAddress();
    try {
      for (int port : brokerPorts) {
        ServerSocket listener = new ServerSocket(0, 64, here);
        listeners.add(listener);
        Thread.ofVirtual().start(() -> accept(listener, new InetSocketAddress(here, port)));
      }
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    }
  }

  /** What to tell the worker instead of the brokers' ports, in their order. */
  List<Integer> ports() {
    return listeners.stream().map(ServerSocket::getLocalPort).toList();
  }

  void cut() {
    lock.lock();
    try {
      cut = true;
    } finally {
      lock.unlock();
    }
  }

  void heal() {
    lock.lock();
    try {
      cut = false;
      whole.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitWhole() throws InterruptedException {
    lock.lock();
    try {
      while (cut && !closed) {
        whole.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void accept(ServerSocket listener, InetSocketAddress broker) {
    while (!closed) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofVirtual().start(() -> connect(client, broker));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void connect(Socket client, InetSocketAddress broker) {
    Socket server = new Socket();
    sockets.add(server);
    try {
      awaitWhole();
      server.connect(broker, 2_000);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> pump(server, client));
      pump(client, server);
      back.join();
    } catch (IOException e) {
      leave(client, server); // the broker is away: the client is told so
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Passes on what comes, until one side ends; then both do. */
  private void pump(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        awaitWhole();
        out.write(buffer, 0, n);
      }
      awaitWhole(); // an end does not pass either
    } catch (IOException e) {
      awaitWholeQuietly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      leave(from, to);
    }
  }

  private void awaitWholeQuietly() {
    try {
      awaitWhole();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void leave(Socket one, Socket other) {
    close(one);
    close(other);
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // it is gone in any case
    }
  }

  @Override
  public void close() {
    closed = true;
    heal();
    for (ServerSocket listener : listeners) {
      try {
        listener.close();
      } catch (IOException e) {
        // it is gone in any case
      }
    }
    sockets.forEach(this::close);
  }
}
