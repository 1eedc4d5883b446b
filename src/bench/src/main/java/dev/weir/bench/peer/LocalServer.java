package dev.weir.bench.peer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP server on this machine, started for a benchmark and stopped behind it. It chooses its
 * port itself and says which, so that benchmarks at the same time never meet on one.
 */
public final class LocalServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Program program;
  private final URI address;

  private LocalServer(Program program, URI address) {
    this.program = program;
    this.address = address;
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param command is given a folder that lives as long as the server
   * @param listening what the server prints when it listens; group 1 is its address
   * @param health path that is answered with 200 when it is ready
   * @throws PeerException if it ends or is not ready within two minutes
   */
  public static LocalServer start(
      Function<Path, List<String>> command, Pattern listening, String health)
      throws InterruptedException {
    Program program = Program.startAlone(command);
    try {
      long deadline = System.nanoTime() + START_LIMIT.toNanos();
      URI address = awaitAddress(program, listening, deadline);
      awaitHealth(program, address.resolve(health), deadline);
      return new LocalServer(program, address);
    } catch (RuntimeException | InterruptedException e) {
      program.close();
      throw e;
    }
  }

  public URI address() {
    return address;
  }

  /** Of its process, as the system numbers it. */
  public long pid() {
    return program.process().pid();
  }

  private static URI awaitAddress(Program program, Pattern listening, long deadline)
      throws InterruptedException {
    Matcher line = listening.matcher(program.said());
    while (!line.find()) {
      pause(program, deadline);
      line = listening.matcher(program.said());
    }
    return URI.create(line.group(1));
  }

  private static void awaitHealth(Program program, URI health, long deadline)
      throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(5)).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (true) {
        try {
          if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // It does not answer yet.
        }
        pause(program, deadline);
      }
    }
  }

  private static void pause(Program program, long deadline) throws InterruptedException {
    if (program.process().waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
      throw program.failure("ended with status " + program.process().exitValue());
    }
    if (System.nanoTime() > deadline) {
      throw program.failure("is not ready after " + START_LIMIT.toSeconds() + " s");
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
