package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.text.lora.Projection;
import dev.weir.text.lora.TestingAdapter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir up --adapter} as a user has it. */
final class UpAdapterIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path folder = Path.of("");

  private Path adapter() throws Exception {
    try (Checkpoint checkpoint = Checkpoints.open(Requirement.smolLm2())) {
      String obstacle = KernelLanguageModel.obstacle(checkpoint.config());
      Requirement.need(obstacle.isEmpty(), "the CPU kernels: " + obstacle);
      return TestingAdapter.random(
              checkpoint.config(), 3, 8, List.of(Projection.QUERY, Projection.DOWN))
          .write(folder.resolve("adapter"));
    }
  }

  @Test
  void anAdapterIsAModelOfItsOwnBesideItsBase() throws Exception {
    String option = "poems=smollm2:" + adapter();
    try (WeirProcess weir =
        WeirProcess.up(
            folder.resolve("data"), "--no-image", "--max-context", "256", "--adapter", option)) {
      List<String> names = new ArrayList<>();
      JSON.readTree(get(weir.url().resolve("/v1/models")))
          .path("data")
          .forEach(model -> names.add(model.path("id").asText()));
      assertThat(names).containsExactlyInAnyOrder("smollm2", "poems");
      String base = text(weir, "smollm2");
      assertThat(base).contains("Tokyo");
      String adapted = text(weir, "poems");
      assertThat(adapted).isNotBlank().isNotEqualTo(base);
      assertThat(text(weir, "poems")).isEqualTo(adapted);
      assertThat(text(weir, "smollm2")).isEqualTo(base);
    }
  }

  @Test
  void aWrongFolderEndsTheStartWithOneLine() throws Exception {
    String option = "poems=smollm2:" + folder;
    try (WeirProcess weir =
        WeirProcess.start(
            "up",
            "--data",
            folder.resolve("data").toString(),
            "--port",
            "0",
            "--kafka-port",
            "0",
            "--model",
            "smollm2=" + Requirement.smolLm2(),
            "--adapter",
            option)) {
      assertThatThrownBy(weir::url) // ends when all lines are read
          .hasMessageContaining(
              "weir: adapter poems: %s has no adapter_config.json; name the folder that PEFT's"
                      .formatted(folder)
                  + " save_pretrained wrote");
      assertThat(weir.exitCode()).isNotZero();
    }
  }

  private static String text(WeirProcess weir, String model) throws Exception {
    String body =
        "{\"model\":\"%s\",\"temperature\":0,\"max_tokens\":16,\"messages\":".formatted(model)
            + "[{\"role\":\"user\",\"content\":\"What is the capital of Japan?\"}]}";
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(weir.url().resolve("/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode answer = JSON.readTree(response.body());
    assertThat(answer.path("model").asText()).isEqualTo(model);
    return answer.path("choices").path(0).path("message").path("content").asText();
  }

  private static String get(URI url) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
