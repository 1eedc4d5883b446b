package dev.weir.bench.fault;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A service of Weir as a process of its own, which may die and be started again. */
final class ServiceProcess {
  private static final String READY = " is ready";
  private static final Duration START_LIMIT = Duration.ofSeconds(180);
  private static final long POLL_MS = 50;
  private static final long RETRY_MS = 1_000;

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final Spawner spawner;
  private @Nullable Process process;
  private long logStart;
  private boolean wanted;
  private boolean ready;
  private int unexpectedEnds;

  ServiceProcess(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      Spawner spawner) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.log = log;
    this.spawner = spawner;
  }

  String name() {
    return name;
  }

  /** Starts it; it need not be ready yet. */
  synchronized void start() {
    wanted = true;
    ready = false;
    try {
      logStart = Files.exists(log) ? Files.size(log) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    process = spawner.start(command, environment, log);
  }

  /** Waits until it is ready; one that ends by itself is started again, as an operator would. */
  void awaitReady() throws InterruptedException {
    awaitReady(List.of(this));
  }

  /**
   * Waits until all are ready, which may need each other; those that end by themselves are started
   * again.
   *
   * @throws FaultException if one is not in time
   */
  static void awaitReady(List<ServiceProcess> processes) throws InterruptedException {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    List<ServiceProcess> waiting = missing(processes);
    while (!waiting.isEmpty()) {
      if (System.nanoTime() > end) {
        throw new FaultException(
            waiting.stream().map(ServiceProcess::lateness).collect(Collectors.joining("; ")));
      }
      long revived = waiting.stream().filter(ServiceProcess::revive).count();
      Thread.sleep(revived > 0 ? RETRY_MS : POLL_MS);
      waiting = missing(waiting);
    }
  }

  private static List<ServiceProcess> missing(List<ServiceProcess> processes) {
    return processes.stream().filter(process -> !process.isReady()).toList();
  }

  private String lateness() {
    return "%s is not ready after %d s and was started again %d times; it says \"%s\"; its log is %s"
        .formatted(
            name,
            START_LIMIT.toSeconds(),
            unexpectedEnds(),
            said().lines().reduce("", (before, line) -> line),
            log);
  }

  /** Starts it and waits until it is ready. */
  void restart() throws InterruptedException {
    start();
    awaitReady();
  }

  /** Starts it again if it has ended by itself though it should run; true if it had. */
  synchronized boolean revive() {
    if (!wanted || process == null || process.isAlive()) {
      return false;
    }
    unexpectedEnds++;
    start();
    return true;
  }

  /** Whether it has said that it is ready since its last start, and runs. */
  synchronized boolean isReady() {
    if (process == null || !process.isAlive()) {
      return false;
    }
    ready = ready || said().contains(READY);
    return ready;
  }

  private String said() {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(Math.min(logStart, file.length()));
      byte[] bytes = new byte[(int) Math.min(1 << 20, file.length() - file.getFilePointer())];
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL; returns when it is gone. */
  void kill() throws InterruptedException {
    Process running = unwanted();
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  /**
   * SIGTERM.
   *
   * @return how long it took, or null if it was still there at the limit and was killed
   */
  @Nullable Duration terminate(Duration limit) throws InterruptedException {
    Process running = unwanted();
    long start = System.nanoTime();
    if (running == null) {
      return Duration.ZERO;
    }
    running.destroy();
    if (running.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      return Duration.ofNanos(System.nanoTime() - start);
    }
    running.destroyForcibly().waitFor();
    return null;
  }

  /** SIGSTOP; false if it is not there. */
  boolean pause() throws InterruptedException {
    return signal("-STOP");
  }

  /** SIGCONT. */
  void resume() throws InterruptedException {
    signal("-CONT");
  }

  private boolean signal(String signal) throws InterruptedException {
    Process running;
    synchronized (this) {
      running = process;
    }
    return running != null && run("kill", signal, Long.toString(running.pid()));
  }

  /**
   * Lets it write no file beyond its first bytes, as if the disk were full.
   *
   * @return false where the system has no {@code prlimit}
   */
  boolean fillDisk() throws InterruptedException {
    Process running = unwanted();
    return running != null && run("prlimit", "--pid", Long.toString(running.pid()), "--fsize=64");
  }

  /** Waits for its end; false if it runs on. */
  boolean awaitEnd(Duration limit) throws InterruptedException {
    Process running;
    synchronized (this) {
      running = process;
    }
    return running == null || running.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  private synchronized @Nullable Process unwanted() {
    wanted = false;
    return process;
  }

  /** How often it has ended though nobody had ended it. */
  synchronized int unexpectedEnds() {
    return unexpectedEnds;
  }

  Path log() {
    return log;
  }
}
