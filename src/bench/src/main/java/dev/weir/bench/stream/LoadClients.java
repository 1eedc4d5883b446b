package dev.weir.bench.stream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Many clients on one thread: who measures shares the cores with who is measured, and a thread for
 * each of 10,000 connections would take more of them than the gateway does.
 */
final class LoadClients implements AutoCloseable {
  /**
   * Connections that wait for the server's first answer at a time, so that its backlog suffices.
   */
  private static final int MAX_OPENING = 128;

  private static final int READ_BYTES = 1 << 18;
  private static final long STATE_POLL_MS = 20;

  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final List<LoadConnection> opening = new ArrayList<>();
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(READ_BYTES);
  private volatile boolean closed;

  private record Waiting(LoadConnection connection, InetSocketAddress address) {}

  LoadClients() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = Thread.ofPlatform().daemon().name("weir-load").start(this::run);
  }

  /** Opens a connection as soon as it is its turn. */
  void open(LoadConnection connection, URI gateway) {
    InetSocketAddress address = new InetSocketAddress(gateway.getHost(), gateway.getPort());
    later(() -> waiting.add(new Waiting(connection, address)));
  }

  /** Runs something on the clients' thread and waits for it. */
  <T> T call(Supplier<T> what) {
    CompletableFuture<T> done = new CompletableFuture<>();
    later(() -> done.complete(what.get()));
    return done.orTimeout(1, TimeUnit.MINUTES).join();
  }

  private void later(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /**
   * Waits until all connections are in a state.
   *
   * @throws IllegalStateException if one has failed, or the time is over
   */
  void await(
      Collection<? extends LoadConnection> connections,
      LoadConnection.State wanted,
      long limitSeconds)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
    while (true) {
      long missing = 0;
      for (LoadConnection connection : connections) {
        LoadConnection.State state = connection.state();
        if (state == LoadConnection.State.FAILED) {
          throw new IllegalStateException("a client of the gateway: " + connection.failure());
        }
        if (state != wanted) {
          missing++;
        }
      }
      if (missing == 0) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "%d of %d clients are not %s after %d s"
                .formatted(missing, connections.size(), wanted, limitSeconds));
      }
      TimeUnit.MILLISECONDS.sleep(STATE_POLL_MS);
    }
  }

  void close(Collection<? extends LoadConnection> connections) {
    call(() -> {
      connections.forEach(LoadConnection::close);
      return true;
    });
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(opening.isEmpty() ? 0 : STATE_POLL_MS);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        for (SelectionKey key : selector.selectedKeys()) {
          serve(key);
        }
        selector.selectedKeys().clear();
        openMore();
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void openMore() {
    if (waiting.isEmpty() && opening.isEmpty()) {
      return;
    }
    opening.removeIf(connection -> connection.state() != LoadConnection.State.OPENING);
    while (!waiting.isEmpty() && opening.size() < MAX_OPENING) {
      Waiting next = waiting.remove();
      opening.add(next.connection);
      try {
        connect(next);
      } catch (IOException e) {
        next.connection.fail("cannot connect to %s: %s".formatted(next.address, e.getMessage()));
      }
    }
  }

  private void connect(Waiting next) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, next.connection);
    next.connection.attach(key);
    if (channel.connect(next.address)) {
      connected(key, next.connection);
    }
  }

  private static void connected(SelectionKey key, LoadConnection connection) {
    key.interestOps(SelectionKey.OP_READ);
    connection.onConnected();
  }

  private void serve(SelectionKey key) {
    LoadConnection connection = (LoadConnection) key.attachment();
    SocketChannel channel = (SocketChannel) key.channel();
    try {
      if (key.isValid() && key.isConnectable() && channel.finishConnect()) {
        connected(key, connection);
      }
      if (key.isValid() && key.isWritable()) {
        connection.flush();
      }
      if (key.isValid() && key.isReadable()) {
        read(channel, connection);
      }
    } catch (IOException e) {
      connection.fail(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) { // an answer that no gateway should give
      connection.fail(e.toString());
    }
  }

  private void read(SocketChannel channel, LoadConnection connection) throws IOException {
    bytes.clear();
    int read = channel.read(bytes);
    if (read < 0) {
      if (connection.state() == LoadConnection.State.ENDED) {
        connection.close();
      } else {
        connection.fail("the gateway closed the connection");
      }
    } else if (read > 0) {
      connection.onBytes(bytes.flip(), BirthMark.ticks());
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
