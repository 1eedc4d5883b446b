package dev.weir.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weir.bench.BenchmarkResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ServeBenchmarkTest {
  private HttpServer server;
  private URI url;
  private volatile int status = 200;

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
      exchange.getRequestBody().readAllBytes();
      exchange.sendResponseHeaders(status, 0);
      String text = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
      String usage =
          "data: {\"choices\":[],\"usage\":{\"completion_tokens\":5}}\n\ndata: [DONE]\n\n";
      exchange.getResponseBody().write((text + text + usage).getBytes(StandardCharsets.UTF_8));
    }
  }

  private List<BenchmarkResult> run(StringWriter out, Map<String, URI> peers) throws Exception {
    return new ServeBenchmark(url, peers, "m", List.of(2), 3, 5).run(new PrintWriter(out));
  }

  @Test
  void everyRowHasAFigureAndPeersHaveARatio() throws Exception {
    StringWriter out = new StringWriter();
    List<BenchmarkResult> results = run(out, Map.of("peer", url));

    assertThat(results)
        .extracting(BenchmarkResult::name)
        .contains("served.c2", "ttft.c2.p50", "served.c2.vs.peer", "served.c2.errors");
    assertThat(results)
        .filteredOn(result -> result.name().equals("served.c2.vs.peer"))
        .allSatisfy(result -> assertThat(result.ratio()).isPositive());
    assertThat(out.toString()).contains("weir", "peer");
  }

  @Test
  void refusedRequestsAreCountedApart() throws Exception {
    status = 503;
    assertThat(run(new StringWriter(), Map.of()))
        .filteredOn(result -> result.name().equals("served.c2.errors"))
        .allSatisfy(result -> assertThat(result.value()).isEqualTo(6));
  }
}
