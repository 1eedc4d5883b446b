package dev.weir.bench.peer;

import dev.weir.bench.ScratchFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A child process; it dies with this one, and what it says on standard error is kept. It has a
 * folder of its own, which goes with it, and the thread settings that it would have by itself.
 */
final class Program implements AutoCloseable {
  private static final int TAIL = 2_000;
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final ScratchFolder scratch;
  private final Thread hook;

  private Program(String name, Process process, ScratchFolder scratch) {
    this.name = name;
    this.process = process;
    this.scratch = scratch;
    this.hook = new Thread(this::end, "stop-" + name);
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      end(); // Ctrl-C came in between: no hook would run any more
      throw new PeerException(name + " is not started any more: the benchmark ends", e);
    }
  }

  /**
   * Starts a program; its standard input and output belong to the caller.
   *
   * @throws PeerException if it cannot be started
   */
  static Program start(List<String> command) {
    return start(scratch -> command, false);
  }

  /**
   * Starts a program that is not spoken to: all that it prints goes to its log.
   *
   * @param command is given the program's own folder
   * @throws PeerException if it cannot be started
   */
  static Program startAlone(Function<Path, List<String>> command) {
    return start(command, true);
  }

  private static Program start(Function<Path, List<String>> commandIn, boolean alone) {
    ScratchFolder scratch;
    try {
      scratch = ScratchFolder.create();
    } catch (IOException e) {
      throw new PeerException("no folder for a log can be made: " + e.getMessage(), e);
    }
    List<String> command = commandIn.apply(scratch.path());
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log(scratch).toFile());
    forgetThreadSettings(builder.environment());
    if (alone) {
      builder.redirectErrorStream(true).redirectOutput(log(scratch).toFile());
    }
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      scratch.close();
      throw new PeerException("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
    }
    return new Program(Path.of(command.getFirst()).getFileName().toString(), process, scratch);
  }

  /**
   * What {@code services/weir} sets for libtorch's threads would be the peer's too: llama.cpp,
   * whose barriers are libgomp's, makes a third of its tokens with passive ones.
   */
  private static void forgetThreadSettings(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.matches("(OMP|GOMP|KMP)_.*"));
  }

  private static Path log(ScratchFolder scratch) {
    return scratch.path().resolve("log");
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

  void awaitSuccess() throws InterruptedException {
    if (process.waitFor() != 0) {
      throw failure("ended with status " + process.exitValue());
    }
  }

  /** What the program has said so far on standard error; one that was started alone, anywhere. */
  String said() {
    try {
      return Files.readString(log(scratch));
    } catch (IOException e) {
      return "(its log is gone: " + e.getMessage() + ")";
    }
  }

  /** What to throw when the program does not do what it should. */
  PeerException failure(String what) {
    String said = said();
    return new PeerException(
        "%s %s:%n%s".formatted(name, what, said.substring(Math.max(0, said.length() - TAIL))));
  }

  /** Ends the program, by force if it does not listen. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the JVM ends, and the hook does it
    }
    end();
  }

  private void end() {
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    scratch.close();
  }
}
