package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.stream.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir up} as a user has it: one process, real broker, real model. */
final class UpIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static WeirProcess weir;

  @BeforeAll
  static void up() throws Exception {
    weir = SharedWeir.process();
  }

  @Test
  void aLineFromTheConsoleProducerIsAnsweredInJsonToTheConsoleConsumer() throws Exception {
    Process producer =
        new ProcessBuilder(
                WeirProcess.command(
                    "org.apache.kafka.tools.ConsoleProducer",
                    "--bootstrap-server",
                    weir.bootstrap(),
                    "--topic",
                    "weir.requests.smollm2"))
            .redirectErrorStream(true)
            .start();
    try (var in = producer.outputWriter(StandardCharsets.UTF_8)) {
      in.write(
          "{\"model\":\"smollm2\",\"messages\":[{\"role\":\"user\",\"content\":\"What is the"
              + " capital of Japan?\"}],\"temperature\":0}\n");
    }
    assertThat(producer.waitFor(240, TimeUnit.SECONDS)).isTrue();

    List<JsonNode> chunks = readUntilFinished();
    StringBuilder text = new StringBuilder();
    chunks.forEach(chunk -> text.append(chunk.path("tokens").path("text").asText()));
    assertThat(text.toString()).startsWith("The capital of Japan is Tokyo");
    assertThat(chunks.getLast().path("finished").path("reason").asText()).isEqualTo("stop");
    assertThat(chunks).allSatisfy(c -> assertThat(c.path("request_id").asText()).hasSize(36));
  }

  private static List<JsonNode> readUntilFinished() throws Exception {
    Process consumer =
        new ProcessBuilder(
                WeirProcess.command(
                    "org.apache.kafka.tools.consumer.ConsoleConsumer",
                    "--bootstrap-server",
                    weir.bootstrap(),
                    "--topic",
                    "weir.chunks",
                    "--from-beginning",
                    "--timeout-ms",
                    "240000"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<JsonNode> chunks = new ArrayList<>();
    @Nullable String request = null;
    try (BufferedReader out = consumer.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (!line.startsWith("{")) {
          continue; // Protobuf of another test
        }
        JsonNode chunk = JSON.readTree(line);
        String id = chunk.path("request_id").asText();
        request = request == null ? id : request;
        if (id.equals(request)) {
          chunks.add(chunk);
          if (chunk.has("finished")) {
            break;
          }
        }
      }
    } finally {
      consumer.destroyForcibly().waitFor();
    }
    return chunks;
  }

  @Test
  void anOpenAiStreamComesTokenByTokenAndEndsWithDone() throws Exception {
    List<String> events = new ArrayList<>();
    try (Stream<String> lines =
        post(
                "/v1/chat/completions",
                "{\"model\":\"smollm2\",\"stream\":true,\"temperature\":0,\"messages\":"
                    + "[{\"role\":\"user\",\"content\":\"What is the capital of Japan?\"}]}",
                HttpResponse.BodyHandlers.ofLines())
            .body()) {
      lines.filter(line -> line.startsWith("data: ")).forEach(events::add);
    }
    assertThat(events.getLast()).isEqualTo("data: [DONE]");
    StringBuilder text = new StringBuilder();
    for (String event : events.subList(0, events.size() - 1)) {
      text.append(
          JSON.readTree(event.substring("data: ".length()))
              .path("choices")
              .path(0)
              .path("delta")
              .path("content")
              .asText());
    }
    assertThat(text.toString()).startsWith("The capital of Japan is Tokyo");
  }

  @Test
  void theSameSeedGivesTheSameText() throws Exception {
    String body =
        "{\"model\":\"smollm2\",\"prompt\":\"Once upon a time\",\"max_tokens\":24,\"seed\":7}";
    JsonNode first = completion(body);
    JsonNode second = completion(body);
    assertThat(first.path("choices").path(0).path("text"))
        .isEqualTo(second.path("choices").path(0).path("text"));
    assertThat(first.path("usage").path("completion_tokens").asInt()).isBetween(1, 24);
  }

  @Test
  void aPromptIsFoundInTheCacheByRequestsOfTheSameSaltAlone() throws Exception {
    String prompt = "A river runs through the valley and the valley runs to the sea. ".repeat(4);
    assertThat(cachedTokens(prompt, "one")).isZero();
    assertThat(cachedTokens(prompt, "two")).isZero();
    assertThat(cachedTokens(prompt, "one")).isPositive();
  }

  private static int cachedTokens(String prompt, String salt) throws Exception {
    return completion(
            "{\"model\":\"smollm2\",\"prompt\":\"%s\",\"max_tokens\":2,\"cache_salt\":\"%s\"}"
                .formatted(prompt, salt))
        .at("/usage/prompt_tokens_details/cached_tokens")
        .asInt(-1);
  }

  @Test
  void mistakesAreOneClearErrorThatNamesTheField() throws Exception {
    assertError("{\"model\":\"nope\",\"prompt\":\"x\"}", 404, "model");
    assertError("{\"model\":\"smollm2\",\"prompt\":\"x\",\"max_tokens\":0}", 400, "max_tokens");
    assertError("{\"model\":\"smollm2\",\"prompt\":\"x\",\"temperature\":-1}", 400, "temperature");
    assertError("{\"model\":\"smollm2\",", 400, null);
    String tooLong = "word ".repeat(20_000);
    assertError("{\"model\":\"smollm2\",\"prompt\":\"" + tooLong + "\"}", 400, "prompt");
  }

  private static void assertError(String body, int status, @Nullable String field)
      throws Exception {
    HttpResponse<String> response =
        post("/v1/completions", body, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.path("message").asText()).isNotBlank().doesNotContain("\n");
    if (field != null) {
      assertThat(error.path("param").asText()).isEqualTo(field);
    }
  }

  @Test
  void aSecondUpOnTheSameDataIsRefusedInOneLine() throws Exception {
    try (WeirProcess second =
        WeirProcess.start(
            "up",
            "--data",
            SharedWeir.data().toString(),
            "--port",
            "0",
            "--kafka-port",
            "0",
            "--no-text")) {
      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.lines()).hasSize(1);
      assertThat(second.lines().getFirst())
          .startsWith("weir: ")
          .contains(SharedWeir.data().toString());
    }
  }

  @Test
  void aTakenPortIsSaidInOneLine(@TempDir Path other) throws Exception {
    try (WeirProcess second =
        WeirProcess.start(
            "up",
            "--data",
            other.toString(),
            "--port",
            Integer.toString(weir.url().getPort()),
            "--kafka-port",
            "0",
            "--no-text")) {
      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.lines().getLast())
          .startsWith("weir: ")
          .contains(Integer.toString(weir.url().getPort()));
    }
  }

  @Test
  void whatSaysThatItIsReadyKnowsItsModel(@TempDir Path other) throws Exception {
    int port = FreePorts.one();
    try (WeirProcess second = starting(other, port)) {
      URI ready = URI.create("http://127.0.0.1:" + port + "/health/ready");
      while (!answers(ready)) {
        assertThat(second.process().isAlive()).as("%s", second.lines()).isTrue();
        LockSupport.parkNanos(20_000_000);
      }
      String models = get(ready.resolve("/v1/models"));
      assertThat(JSON.readTree(models).path("data").findValuesAsText("id")).contains("smollm2");
    }
  }

  @Test
  void aStopInTheMiddleOfAStreamIsInOrderAndTheStreamGoesOnAtTheNextStart(@TempDir Path other)
      throws Exception {
    String id;
    try (WeirProcess second = WeirProcess.up(other)) {
      HttpRequest request =
          HttpRequest.newBuilder(second.url().resolve("/v1/completions"))
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"model\":\"smollm2\",\"prompt\":\"Once\",\"max_tokens\":400,"
                          + "\"ignore_eos\":true,\"stream\":true}"))
              .build();
      try (Stream<String> lines = HTTP.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
        String first = lines.filter(line -> line.startsWith("data: ")).findFirst().orElseThrow();
        id = JSON.readTree(first.substring(6)).path("id").asText().replace("cmpl-", "");
        second.process().destroy();
        assertThat(second.exitCode()).isEqualTo(128 + 15); // what a shell says of SIGTERM
      }
    }
    try (WeirProcess again = WeirProcess.up(other)) {
      String whole = get(again.url().resolve("/v1/streams/" + id)); // ends with the stream
      assertThat(whole).contains("\"total\":400");
    }
  }

  private static WeirProcess starting(Path data, int port) throws Exception {
    return WeirProcess.start(
        "up",
        "--data",
        data.toString(),
        "--port",
        Integer.toString(port),
        "--kafka-port",
        "0",
        "--model",
        "smollm2=" + Requirement.smolLm2());
  }

  private static boolean answers(URI url) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(10)).build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException _) { // nobody listens yet
      return false;
    }
  }

  private static String get(URI url) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static JsonNode completion(String body) throws Exception {
    HttpResponse<String> response =
        post("/v1/completions", body, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static <T> HttpResponse<T> post(
      String path, String body, HttpResponse.BodyHandler<T> handler) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(weir.url().resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        handler);
  }
}
