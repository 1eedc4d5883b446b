package dev.weir.bench.image;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** How fast a whole Weir draws for clients of its HTTP API, and how its memory grows. */
final class ServedSpeed {
  private static final long LIMIT_MINUTES = 30;

  private final SpeedOptions.Served served;

  ServedSpeed(SpeedOptions.Served served) {
    this.served = served;
  }

  /**
   * Pictures a second while each client asks for one picture after the other.
   *
   * @param pictures in all
   */
  double picturesPerSecond(String family, int clients, int pictures) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    long start = System.nanoTime();
    try (HttpClient http = HttpClient.newHttpClient();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int client = 0; client < clients; client++) {
        threads.execute(() -> {
          for (int i = next.getAndIncrement();
              i < pictures && failures.isEmpty();
              i = next.getAndIncrement()) {
            ask(http, family, i, failures);
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

  private void ask(HttpClient http, String family, int seed, Queue<String> failures) {
    URI address = served.address().resolve("/v1/images/generations");
    String body =
        "{\"model\":\"%s\",\"prompt\":\"\",\"seed\":%d,\"size\":\"16x16\"}".formatted(family, seed);
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
