package dev.weir.bench.image;

import dev.weir.bench.WarmUp;
import dev.weir.bench.peer.LocalServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** How fast a whole Weir draws for clients of its HTTP API, and how its memory grows. */
final class ServedSpeed {
  private static final long LIMIT_MINUTES = 30;

  // A JVM draws twice as many pictures a second when its hot paths are compiled.
  private static final int WARM_UP_PICTURES = 1024;
  private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(120);

  private final LocalServer served;

  ServedSpeed(LocalServer served) {
    this.served = served;
  }

  /** Draws until it no longer becomes faster. */
  void warmUp(String family, int clients) throws InterruptedException {
    WarmUp.until(WARM_UP_LIMIT, () -> picturesPerSecond(family, clients, 1, WARM_UP_PICTURES));
  }

  /**
   * Pictures a second while each client makes one request after the other.
   *
   * @param each pictures of a request
   * @param pictures in all
   */
  double picturesPerSecond(String family, int clients, int each, int pictures)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    long start = System.nanoTime();
    try (HttpClient http = HttpClient.newHttpClient();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int client = 0; client < clients; client++) {
        threads.execute(() -> {
          for (int i = next.getAndAdd(each);
              i < pictures && failures.isEmpty();
              i = next.getAndAdd(each)) {
            ask(http, family, i, each, failures);
          }
        });
      }
      threads.shutdown();
      if (!threads.awaitTermination(LIMIT_MINUTES, TimeUnit.MINUTES)) {
        throw new IllegalStateException("not drawn within " + LIMIT_MINUTES + " minutes");
      }
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException(family + " was not drawn: " + failures.peek());
    }
    return pictures / ((System.nanoTime() - start) / 1e9);
  }

  private void ask(HttpClient http, String family, int seed, int each, Queue<String> failures) {
    URI address = served.address().resolve("/v1/images/generations");
    String body =
        "{\"model\":\"%s\",\"prompt\":\"\",\"n\":%d,\"seed\":%d,\"size\":\"16x16\"}"
            .formatted(family, each, seed);
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        failures.add(answer.statusCode() + " " + answer.body());
      }
    } catch (IOException e) {
      failures.add(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failures.add("interrupted");
    }
  }

  /** Resident memory of its process in MiB (Linux's {@code VmRSS}). */
  double memoryMib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + served.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    throw new IOException("process " + served.pid() + " has no VmRSS");
  }
}
