package dev.weir.standalone;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process has started; closes it in the reverse order, each part even if one before failed.
 */
public final class ServiceStack implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServiceStack.class);

  private record Part(String name, AutoCloseable closeable) {}

  private final Deque<Part> parts = new ArrayDeque<>();
  private boolean closed;

  /**
   * Takes over a part that was just started, or closes it at once if the stack is closed already.
   */
  public synchronized <T extends AutoCloseable> T add(String name, T part) {
    if (closed) {
      close(new Part(name, part));
      throw new IllegalStateException("stopped while starting");
    }
    parts.push(new Part(name, part));
    return part;
  }

  @Override
  public void close() {
    Deque<Part> all;
    synchronized (this) {
      closed = true;
      all = new ArrayDeque<>(parts);
      parts.clear();
    }
    all.forEach(ServiceStack::close);
  }

  private static void close(Part part) {
    long start = System.nanoTime();
    try {
      part.closeable().close();
    } catch (Exception e) { // one part must not keep the others from closing
      log.warn("{} did not close in order", part.name(), e);
    }
    log.debug("{} closed in {} ms", part.name(), (System.nanoTime() - start) / 1_000_000);
  }
}
