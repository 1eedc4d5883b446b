package dev.weir.bench.peer;

import dev.weir.bench.peer.LlamaCpp.FlashAttention;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** llama.cpp's HTTP server, started for a benchmark and stopped behind it. */
public final class LlamaServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Program program;
  private final URI address;

  private LlamaServer(Program program, URI address) {
    this.program = program;
    this.address = address;
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param parallel requests that it serves at the same time
   * @param contextLength tokens of each
   * @throws PeerException if it ends or does not answer within two minutes
   */
  public static LlamaServer start(
      LlamaCpp llama, Path file, FlashAttention flash, int parallel, int contextLength, int threads)
      throws InterruptedException {
    int port = freePort();
    Program program =
        Program.start(
            List.of(
                llama.program("llama-server").toString(),
                "-m",
                file.toString(),
                "-t",
                Integer.toString(threads),
                "-fa",
                flash.argument(),
                "-np",
                Integer.toString(parallel),
                "-c",
                Integer.toString(parallel * contextLength),
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port)));
    LlamaServer server = new LlamaServer(program, URI.create("http://127.0.0.1:" + port));
    try {
      program.drain(); // or it would stop at a full pipe
      server.awaitHealth();
      return server;
    } catch (RuntimeException | InterruptedException e) {
      program.close();
      throw e;
    }
  }

  public URI address() {
    return address;
  }

  private void awaitHealth() throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("/health")).timeout(Duration.ofSeconds(5)).build();
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (System.nanoTime() < deadline) {
        try {
          if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // It does not listen yet.
        }
        if (program.process().waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
          throw program.failure("ended with status " + program.process().exitValue());
        }
      }
    }
    throw program.failure("has not answered within " + START_LIMIT.toSeconds() + " s");
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new PeerException("no port is free: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
