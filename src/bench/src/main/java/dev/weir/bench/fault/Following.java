package dev.weir.bench.fault;

import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of one stream, who goes on behind what was taken last whenever the connection ends,
 * and to the next gateway then. One thread runs it; others may cut it off.
 */
final class Following {
  private static final Logger log = LoggerFactory.getLogger(Following.class);
  private static final long RETRY_MS = 100;

  private final Device device;
  private final String requestId;
  private final StreamCheck check;
  private final int gateways;
  private int gateway;
  private Connection connection = new Connection();
  private long awayMs;
  private int connections;

  /**
   * @param gateways how many there are
   * @param gateway index of the first to use
   */
  Following(Device device, String requestId, StreamCheck check, int gateways, int gateway) {
    this.device = device;
    this.requestId = requestId;
    this.check = check;
    this.gateways = gateways;
    this.gateway = gateway;
  }

  /** Reads to the end; what is not there by the limit is lost. */
  void run(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    Thread watch = Thread.ofVirtual().start(() -> watch(limit));
    String last = "nothing came";
    try {
      while (!check.isFinished() && System.nanoTime() < end) {
        last = readOnce();
      }
      if (!check.isFinished()) {
        check.onGivenUp("no end within %d s: %s".formatted(limit.toSeconds(), last));
      }
    } catch (Device.Gone e) {
      check.onGivenUp("%s was told %s".formatted(device.name(), e.getMessage()));
    } finally {
      watch.interrupt();
    }
  }

  /** Why the connection ended. */
  private String readOnce() throws InterruptedException {
    Connection fresh = new Connection();
    long pauseMs;
    int use;
    synchronized (this) {
      connection = fresh;
      pauseMs = awayMs;
      awayMs = 0;
      use = gateway;
      connections++;
    }
    Thread.sleep(pauseMs);
    try {
      device.read(requestId, check.cursor(), use, check, fresh);
      return "the connection ended";
    } catch (IOException e) {
      log.debug("{} of {} reads on later: {}", device.name(), requestId, e.getMessage());
      synchronized (this) {
        gateway = (gateway + 1) % gateways;
      }
      Thread.sleep(RETRY_MS);
      return String.valueOf(e.getMessage());
    }
  }

  /** A connection that says nothing must not keep it beyond the limit. */
  private void watch(Duration limit) {
    try {
      Thread.sleep(limit);
      cutOff(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the connection without a word; the reader is back after a while. */
  void cutOff(Duration away) {
    Connection open;
    synchronized (this) {
      awayMs = away.toMillis();
      open = connection;
    }
    open.cut();
  }

  /** Whether it reads through that gateway now. */
  synchronized boolean uses(int index) {
    return !device.name().equals("client") && gateway == index;
  }

  String device() {
    return device.name();
  }

  /** How often it has connected. */
  synchronized int connections() {
    return connections;
  }
}
