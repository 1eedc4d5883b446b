package dev.weir.standalone.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Fetches a file over HTTP and goes on where an earlier try stopped (RFC 9110, section 14: range
 * requests).
 */
final class HttpFetch {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration FIRST_BYTE_TIMEOUT = Duration.ofSeconds(30);

  private HttpFetch() {}

  /**
   * Appends what is missing to {@code part}.
   *
   * @param bytes size of the whole file; a server that sends more is cut off
   */
  static void fetch(URI source, Path part, long bytes, Progress progress)
      throws IOException, InterruptedException {
    long have = Files.exists(part) ? Files.size(part) : 0;
    if (have >= bytes) {
      return;
    }
    try (HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(CONNECT_TIMEOUT)
            .build()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(source).timeout(FIRST_BYTE_TIMEOUT).GET();
      if (have > 0) {
        request.header("Range", "bytes=" + have + "-");
      }
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        boolean resumed = response.statusCode() == 206;
        if (!resumed && response.statusCode() != 200) {
          throw new IOException("HTTP status " + response.statusCode());
        }
        append(body, part, resumed ? have : 0, bytes, progress);
      } finally {
        client.shutdownNow();
      }
    }
  }

  private static void append(InputStream body, Path part, long have, long bytes, Progress progress)
      throws IOException {
    StandardOpenOption mode =
        have > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
    try (OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, mode)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long done = have;
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        done += n;
        if (done > bytes) {
          throw new IOException("the server sends more than the " + bytes + " bytes expected");
        }
        out.write(buffer, 0, n);
        progress.at("downloading", done, bytes);
      }
      if (done < bytes) {
        throw new IOException("the connection ended after %d of %d bytes".formatted(done, bytes));
      }
    }
  }
}
