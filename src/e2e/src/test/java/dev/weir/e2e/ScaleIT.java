package dev.weir.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small run of {@code bench stream --scale}: what it counts is right, whatever it times. */
final class ScaleIT {
  private static final int SOCKETS = 400;

  @TempDir Path folder = Path.of("");

  private static WeirProcess start(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("bench", "stream", "--scale"));
    command.addAll(List.of("--warm-up", "1", "--seconds", "3"));
    command.addAll(List.of(options));
    return WeirProcess.start(command.toArray(String[]::new));
  }

  private Map<String, Double> run(String... options) throws Exception {
    Path json = folder.resolve("scale.json");
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--json", json.toString()));
    try (WeirProcess weir = start(all.toArray(String[]::new))) {
      int exit = weir.exitCode();
      assertThat(exit).as("%s", weir.lines()).isZero();
    }
    Map<String, Double> figures = new TreeMap<>();
    for (JsonNode figure : new ObjectMapper().readTree(json.toFile())) {
      figures.put(figure.path("name").asText(), figure.path("value").asDouble());
    }
    assertThat(Files.readString(folder.resolve("scale.svg")))
        .startsWith("<svg")
        .endsWith("</svg>\n");
    return figures;
  }

  @Test
  void everyReaderGetsEveryTokenOnceAndEachGatewayReadsItsPart() throws Exception {
    Map<String, Double> figures =
        run(
            "--paced",
            "8",
            "--rate",
            "200",
            "--readers",
            "9",
            "--streams",
            "12",
            "--sockets",
            "0",
            "--gateways",
            "1,2",
            "--idle",
            "1",
            "--partitions",
            "8",
            "--workers",
            "2");

    assertThat(figures)
        .containsEntry("stream.lost", 0.0)
        .containsEntry("stream.doubled", 0.0)
        .containsKeys(
            "stream.delay.8x200.p50",
            "stream.delay.8x200.p99",
            "stream.delay.8x200.sse.p99",
            "stream.delay.8x200.completions.p99",
            "stream.delay.8x200.websocket.p99",
            "stream.delay.readers9.p99",
            "stream.delay.streams12.p99",
            "stream.delay.streams12.cpu.gateway",
            "stream.log.bytes-per-token.b1",
            "stream.read-amplification");
    // As many tokens as a step gives share a record; more of them do where the machine is busy.
    assertThat(figures.get("stream.log.tokens-per-record.b1")).isGreaterThanOrEqualTo(1);
    assertThat(figures.get("stream.log.tokens-per-record.b4")).isGreaterThanOrEqualTo(4);
    assertThat(figures.get("stream.gateway.share.g1")).isBetween(0.7, 1.3);
    assertThat(figures.get("stream.gateway.share.g2")).isBetween(0.3, 0.7);
    // Gateways read all of it once, and two workers cannot read more than that each.
    assertThat(figures.get("stream.read-amplification")).isBetween(1.0, 3.3);
  }

  @Test
  void idleSocketsTakeABoundedHeapEach() throws Exception {
    Map<String, Double> figures =
        run(
            "--paced",
            "0",
            "--readers",
            "0",
            "--streams",
            "0",
            "--gateways",
            "0",
            "--idle",
            "1",
            "--sockets",
            Integer.toString(SOCKETS));

    double heap =
        requireNonNull(figures.get("stream.websockets.idle.heap"))
            - requireNonNull(figures.get("stream.websockets.idle.heap.before"));
    assertThat(heap / SOCKETS).isLessThan(40_000);
    assertThat(figures.get("stream.websockets.idle.files")).isGreaterThan(SOCKETS);
  }

  @Test
  void whoStopsItStopsTheGatewaysThatItStarted() throws Exception {
    try (WeirProcess weir =
        start(
            "--paced",
            "0",
            "--readers",
            "0",
            "--streams",
            "0",
            "--gateways",
            "0",
            "--sockets",
            "1",
            "--idle",
            "600")) {
      List<ProcessHandle> children = awaitGateway(weir);

      weir.process().destroy();

      assertThat(weir.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      for (ProcessHandle child : children) {
        child.onExit().get(60, TimeUnit.SECONDS);
        assertThat(child.isAlive()).isFalse();
      }
    }
  }

  private static List<ProcessHandle> awaitGateway(WeirProcess weir) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (System.nanoTime() < end && weir.process().isAlive()) {
      List<ProcessHandle> children = weir.process().descendants().toList();
      if (!children.isEmpty()) {
        return children;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("no gateway was started: " + weir.lines());
  }
}
