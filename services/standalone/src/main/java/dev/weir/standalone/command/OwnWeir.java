package dev.weir.standalone.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.bench.peer.LocalServer;
import dev.weir.standalone.model.ModelSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The whole of Weir in a process of its own, for a benchmark: {@code up} on free ports. */
final class OwnWeir {
  private static final Pattern READY = Pattern.compile("weir is ready on (http://\\S+)");
  private static final Duration CARD_TIMEOUT = Duration.ofSeconds(10);

  private OwnWeir() {}

  /**
   * Starts it and waits until it is ready; what it keeps goes with it.
   *
   * @throws dev.weir.bench.peer.PeerException if it does not come up
   */
  static LocalServer start(ModelSource model, int slots, int threads) throws InterruptedException {
    return LocalServer.start(
        scratch -> command(model, slots, threads, scratch.resolve("data")), READY, "/health/ready");
  }

  /** The same without texts: what draws and is built in, or was trained and lies in a folder. */
  static LocalServer startDrawing(List<String> imageModels) throws InterruptedException {
    return LocalServer.start(
        scratch -> {
          List<String> command = launched();
          command.addAll(List.of("up", "--no-text", "--port", "0", "--kafka-port", "0"));
          command.addAll(List.of("--data", scratch.resolve("data").toString()));
          imageModels.forEach(model -> command.addAll(List.of("--image-model", model)));
          return command;
        },
        READY,
        "/health/ready");
  }

  private static List<String> command(ModelSource model, int slots, int threads, Path data) {
    List<String> command = launched();
    command.addAll(List.of("up", "--port", "0", "--kafka-port", "0", "--data", data.toString()));
    command.addAll(List.of("--model", model.name() + "=" + model.path().toAbsolutePath()));
    command.addAll(List.of("--slots", Integer.toString(slots)));
    command.addAll(List.of("--threads", Integer.toString(threads)));
    // Outputs of prompts that mean nothing repeat themselves, which would flatter it.
    command.add("--no-speculation");
    return command;
  }

  /** With the environment that services/weir gives it. */
  private static List<String> launched() {
    List<String> command = new ArrayList<>(List.of("env", "GOMP_SPINCOUNT=1000"));
    command.addAll(OwnProcess.command(List.of()));
    return command;
  }

  /** How a Weir runs a model, as its model card says; empty if it does not. */
  static String description(URI address, String model) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("/v1/models/" + model))
            .timeout(CARD_TIMEOUT)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      JsonNode card =
          new ObjectMapper()
              .readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body())
              .path("weir");
      return card.isMissingNode()
          ? ""
          : "%s, %s, %d slots"
              .formatted(
                  card.path("backend").asText(),
                  card.path("precision").asText(),
                  card.path("slots").asInt());
    } catch (IOException e) {
      return ""; // the benchmark's first request says what is wrong
    }
  }
}
