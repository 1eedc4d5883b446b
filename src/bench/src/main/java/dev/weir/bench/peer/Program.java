package dev.weir.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A child process; it dies with this one, and what it says on standard error is kept. */
final class Program implements AutoCloseable {
  private static final int TAIL = 2_000;
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final Path log;
  private final Thread hook;

  private Program(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.hook = new Thread(process::destroy, "stop-" + name);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a program; its standard input and output belong to the caller.
   *
   * @throws PeerException if it cannot be started
   */
  static Program start(List<String> command) {
    String name = Path.of(command.getFirst()).getFileName().toString();
    try {
      Path log = Files.createTempFile("weir-bench-", ".log");
      Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
      return new Program(name, process, log);
    } catch (IOException e) {
      throw new PeerException("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Runs a program to its end.
   *
   * @return the lines of its standard output
   * @throws PeerException if it fails
   */
  static List<String> run(List<String> command) throws InterruptedException {
    try (Program program = start(command)) {
      program.process.getOutputStream().close();
      List<String> lines;
      try (BufferedReader out = program.process.inputReader(StandardCharsets.UTF_8)) {
        lines = out.lines().toList();
      }
      program.awaitSuccess();
      return lines;
    } catch (IOException | UncheckedIOException e) {
      throw new PeerException(command.getFirst() + " is gone: " + e.getMessage(), e);
    }
  }

  Process process() {
    return process;
  }

  InputStream output() {
    return process.getInputStream();
  }

  /** Reads and drops what the program prints. */
  void drain() {
    Thread.ofVirtual()
        .name("drain-" + name)
        .start(() -> {
          try (InputStream out = process.getInputStream()) {
            out.transferTo(OutputStream.nullOutputStream());
          } catch (IOException e) {
            // The program is gone, and with it what it said.
          }
        });
  }

  void awaitSuccess() throws InterruptedException {
    if (process.waitFor() != 0) {
      throw failure("ended with status " + process.exitValue());
    }
  }

  /** What to throw when the program does not do what it should. */
  PeerException failure(String what) {
    String said;
    try {
      said = Files.readString(log);
    } catch (IOException e) {
      said = "(its log is gone: " + e.getMessage() + ")";
    }
    return new PeerException(
        "%s %s:%n%s".formatted(name, what, said.substring(Math.max(0, said.length() - TAIL))));
  }

  /** Ends the program, by force if it does not listen. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
      Files.deleteIfExists(log);
    } catch (IllegalStateException | IOException e) {
      // The JVM ends and the hook runs, or the log is no longer there: nothing is left to do.
    }
  }
}
