package dev.weir.standalone.command;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** What the JVM should have seen before its classes are stored for the next start (JEP 483). */
final class TrainingRun {
  private TrainingRun() {}

  static void answerOne(URI weir) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      http.send(
          HttpRequest.newBuilder(weir.resolve("/v1/models")).build(),
          HttpResponse.BodyHandlers.discarding());
      http.send(
          HttpRequest.newBuilder(weir.resolve("/v1/chat/completions"))
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"model\":\"smollm2\",\"stream\":true,\"max_tokens\":8,\"messages\":"
                          + "[{\"role\":\"user\",\"content\":\"Hello\"}]}"))
              .build(),
          HttpResponse.BodyHandlers.discarding());
    }
  }
}
