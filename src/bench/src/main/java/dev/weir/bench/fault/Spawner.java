package dev.weir.bench.fault;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes that never outlive this one: they are killed on close, when this JVM ends, and,
 * where the system has {@code setpriv}, by the kernel if this JVM is killed itself.
 */
final class Spawner implements AutoCloseable {
  private final List<Process> alive = new ArrayList<>();

  /** The kernel kills a child when the thread that made it ends, so that is one that stays. */
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("weir-faults-spawner").factory());

  private final Thread hook = new Thread(this::killAll, "weir-faults-kill");
  private final List<String> prefix;
  private boolean closed;

  Spawner() {
    Path setpriv = program("setpriv");
    prefix = setpriv == null ? List.of() : List.of(setpriv.toString(), "--pdeathsig", "KILL");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Where a program lies, or null. */
  static @Nullable Path program(String name) {
    String path = System.getenv("PATH");
    for (String folder : (path == null ? "" : path).split(File.pathSeparator, -1)) {
      Path program = Path.of(folder, name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    return null;
  }

  /**
   * Starts one; what it prints is added to its log.
   *
   * @throws FaultException if it cannot be started
   */
  Process start(List<String> command, Map<String, String> environment, Path log) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(whole)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    Callable<Process> start = () -> startNow(builder);
    try {
      return thread.submit(start).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof FaultException known
          ? known
          : new FaultException("cannot start " + command.getFirst() + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FaultException("interrupted", e);
    }
  }

  private synchronized Process startNow(ProcessBuilder builder) throws IOException {
    if (closed) {
      throw new FaultException("the run is being stopped");
    }
    alive.removeIf(process -> !process.isAlive());
    Process process = builder.start();
    alive.add(process);
    return process;
  }

  /** Also those that are stopped: SIGKILL needs nobody to go on. */
  private synchronized void killAll() {
    closed = true;
    alive.forEach(Process::destroyForcibly);
    for (Process process : alive) {
      try {
        process.waitFor(5, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    killAll();
    thread.shutdownNow();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the JVM ends, and the hook runs
    }
  }
}
