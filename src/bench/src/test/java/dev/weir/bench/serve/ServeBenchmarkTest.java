package dev.weir.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ServeBenchmarkTest {
  private static final String TEXT = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";

  private HttpServer server;
  private URI url;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile int status = 200;
  private volatile String body =
      TEXT
          + TEXT
          + "data: {\"choices\":[],\"usage\":{\"completion_tokens\":5,\"prompt_tokens\":80}}\n\n"
          + "data: [DONE]\n\n";

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/chat/completions", this::answer);
    server.start();
    url = URI.create("http:/" + server.getAddress());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = new ObjectMapper().readTree(exchange.getRequestBody());
      asked.add(request.path("messages").path(0).path("content").asText());
      exchange.sendResponseHeaders(status, 0);
      exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
    }
  }

  private List<BenchmarkResult> run(StringWriter out, String... peers) throws Exception {
    List<ServeTarget> targets = new ArrayList<>();
    targets.add(new ServeTarget.Running("weir", url));
    for (String peer : peers) {
      targets.add(new ServeTarget.Running(peer, url));
    }
    return new ServeBenchmark(
            targets, "m", List.of(new Load.Closed(2), new Load.Open(1_000)), 3, 5, 2)
        .run(new PrintWriter(out), BenchProgress.NONE)
        .results();
  }

  private static BenchmarkResult named(List<BenchmarkResult> results, String name) {
    return results.stream()
        .filter(result -> result.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no result is called " + name));
  }

  @Test
  void everyLoadHasItsFiguresAndPeersHaveARatio() throws Exception {
    StringWriter out = new StringWriter();
    List<BenchmarkResult> results = run(out, "peer", "llama-server-q8_0");

    assertThat(results)
        .extracting(BenchmarkResult::name)
        .contains(
            "served.c2",
            "ttft.c2.p50",
            "ttft.c2.p95",
            "gap.r1000.p99",
            "served.c2.vs.peer",
            "served.r1000.vs.peer",
            "served.c2.vs.llama-server-best",
            "ttft.c2.vs.llama-server-best",
            "served.c2.errors")
        .doesNotHaveDuplicates();
    assertThat(named(results, "served.c2.vs.llama-server-best").peer())
        .isEqualTo("llama-server-q8_0");
    assertThat(named(results, "ttft.c2.vs.llama-server-best").ratio()).isPositive();
    assertThat(named(results, "prompt.c2").value()).isEqualTo(80);
    assertThat(out.toString()).contains("weir", "peer", "llama-server-q8_0");
    // 3 servers, 2 rounds, a warm-up of 4, 2 x 3 and 3 requests.
    assertThat(asked).hasSize(3 * 2 * (4 + 6 + 3));
  }

  @Test
  void everyServerGetsTheSamePromptsAndNoneTwice() throws Exception {
    run(new StringWriter());
    int own = asked.size();
    assertThat(new HashSet<>(asked)).hasSize(own);
    List<String> alone = List.copyOf(asked);
    asked.clear();
    run(new StringWriter(), "peer");
    assertThat(new HashSet<>(asked)).isEqualTo(new HashSet<>(alone));
  }

  @Test
  void refusedRequestsAreCountedApart() throws Exception {
    status = 503;
    StringWriter out = new StringWriter();
    List<BenchmarkResult> results = run(out, "llama-server-q8_0");

    assertThat(named(results, "served.c2.errors").value()).isEqualTo(12);
    assertThat(named(results, "served.c2").value()).isZero();
    assertThat(out.toString()).contains("status 503");
    // A peer that refuses is nobody to be compared with.
    assertThat(results)
        .extracting(BenchmarkResult::name)
        .doesNotContain("served.c2.vs.llama-server-best");
  }

  @Test
  void aStreamThatEndsWithoutTextIsAnError() throws Exception {
    body = "data: [DONE]\n\n";
    assertThat(named(run(new StringWriter()), "served.r1000.errors").value()).isEqualTo(6);
  }

  @Test
  void anErrorInTheStreamIsAnError() throws Exception {
    body = TEXT + "data: {\"error\":{\"message\":\"out of memory\"}}\n\n";
    StringWriter out = new StringWriter();
    assertThat(named(run(out), "served.c2.errors").value()).isEqualTo(12);
    assertThat(out.toString()).contains("out of memory");
  }
}
