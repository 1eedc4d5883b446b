package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of {@code weir bench stream --faults}. */
final class FaultsIT {
  @TempDir Path folder = Path.of("");

  @Test
  void everyTokenIsRightThoughProcessesDieAndComeBack() throws Exception {
    Path json = folder.resolve("faults.json");
    try (WeirProcess run =
        WeirProcess.start(
            "bench",
            "stream",
            "--faults",
            "80s",
            "--each",
            "1",
            "--streams",
            "6",
            "--model",
            "smollm2=" + Requirement.smolLm2(),
            "--json",
            json.toString())) {
      assertThat(run.exitCode()).as("%s", run.lines()).isZero();
    }
    Map<String, Double> figures = new HashMap<>();
    for (JsonNode result : new ObjectMapper().readTree(json.toFile())) {
      figures.put(result.path("name").asText(), result.path("value").asDouble());
    }
    assertThat(figures)
        .containsEntry("stream.lost", 0.0)
        .containsEntry("stream.doubled", 0.0)
        .containsEntry("stream.changed", 0.0);
    assertThat(figures.get("stream.tokens")).isGreaterThan(100);
    assertThat(figures.get("stream.faults.worker-kill")).isPositive();
    assertThat(folder.resolve("faults.svg")).content().contains("<svg");
  }
}
