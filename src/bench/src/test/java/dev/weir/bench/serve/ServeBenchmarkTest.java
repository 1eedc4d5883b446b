package dev.weir.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.peer.PeerException;
import dev.weir.bench.serve.ServeBenchmark.Outcome;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One HTTP server is Weir by its number and a peer by its name: the header Host tells them apart.
 */
final class ServeBenchmarkTest {
  private static final String TEXT = "data: {\"choices\":[{\"text\":\"a\"}]}\n\n";
  private static final int TOKENS = 5;

  private static final int LONG_WARM_UP = 160;

  /** Of each server: two rounds with a warm-up of 8, 2 x 3 and 3 requests, and one to see it. */
  private static final int REQUESTS = 1 + LONG_WARM_UP + 2 * (8 + 6 + 3);

  private record Asked(String host, JsonNode body) {
    String prompt() {
      return body.path("prompt").asText();
    }

    /** The first request of a server only shows that it is there. */
    boolean counts() {
      return body.path("max_tokens").asInt() == TOKENS;
    }
  }

  private HttpServer server;
  private URI weir;
  private URI peer;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile Predicate<Asked> refused = request -> false;
  private volatile String refusal = "{\"error\":{\"message\":\"too many requests\"}}";
  private volatile String body = TEXT + TEXT;
  private volatile int cached;
  private volatile int missing;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/completions", this::answer);
    server.start();
    weir = URI.create("http:/" + server.getAddress());
    peer = URI.create("http://localhost:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Asked request =
          new Asked(
              exchange.getRequestHeaders().getFirst("Host"),
              new ObjectMapper().readTree(exchange.getRequestBody()));
      asked.add(request);
      if (refused.test(request)) {
        exchange.sendResponseHeaders(429, 0);
        exchange.getResponseBody().write(refusal.getBytes(StandardCharsets.UTF_8));
        return;
      }
      String usage =
          ("data: {\"choices\":[],\"usage\":{\"completion_tokens\":%d,\"prompt_tokens\":80,"
                  + "\"prompt_tokens_details\":{\"cached_tokens\":%d}}}\n\ndata: [DONE]\n\n")
              .formatted(request.body.path("max_tokens").asInt() - missing, cached);
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write((body + usage).getBytes(StandardCharsets.UTF_8));
    }
  }

  private ServeBenchmark benchmark(String... peers) {
    List<ServeTarget> targets = new ArrayList<>();
    targets.add(new ServeTarget.Running("weir", weir, "kernels, 2 threads"));
    for (String name : peers) {
      targets.add(new ServeTarget.Running(name, peer, ""));
    }
    return new ServeBenchmark(
        targets,
        "m",
        new TestingWords(2_000),
        List.of(new Load.Closed(2), new Load.Open(1_000)),
        3,
        TOKENS,
        2);
  }

  private Outcome run(StringWriter out, String... peers) throws InterruptedException {
    return benchmark(peers).run(new PrintWriter(out), BenchProgress.NONE);
  }

  private List<BenchmarkResult> results(String... peers) throws InterruptedException {
    return run(new StringWriter(), peers).results();
  }

  private static BenchmarkResult named(List<BenchmarkResult> results, String name) {
    return results.stream()
        .filter(result -> result.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no result is called " + name));
  }

  private List<Asked> counted(URI server) {
    return asked.stream()
        .filter(Asked::counts)
        .filter(request -> request.host.equals(server.getAuthority()))
        .toList();
  }

  @Test
  void everyLoadHasItsFiguresAndPeersHaveARatio() throws Exception {
    StringWriter out = new StringWriter();
    List<BenchmarkResult> results = run(out, "peer", "llama-server-q8_0").results();

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
            "served.c2.errors",
            "client.c2")
        .doesNotHaveDuplicates();
    assertThat(named(results, "served.c2.vs.llama-server-best").peer())
        .isEqualTo("llama-server-q8_0");
    assertThat(named(results, "ttft.c2.vs.llama-server-best").ratio()).isPositive();
    assertThat(named(results, "prompt.c2").value()).isEqualTo(80);
    assertThat(out.toString())
        .contains("weir: kernels, 2 threads, " + weir, "peer: " + peer, "llama-server-q8_0");
    assertThat(asked).hasSize(3 * REQUESTS);
  }

  @Test
  void outputIsStreamedOfOneLengthAndGreedy() throws Exception {
    results();
    assertThat(counted(weir))
        .allSatisfy(request -> {
          assertThat(request.body.path("stream").asBoolean()).isTrue();
          assertThat(request.body.path("ignore_eos").asBoolean()).isTrue();
          assertThat(request.body.path("temperature").asDouble(1)).isZero();
        });
  }

  @Test
  void everyServerGetsTheSamePromptsAndNoneTwice() throws Exception {
    results("peer");
    List<String> prompts = counted(weir).stream().map(Asked::prompt).toList();
    assertThat(prompts).hasSize(REQUESTS - 1).doesNotHaveDuplicates();
    assertThat(new HashSet<>(counted(peer).stream().map(Asked::prompt).toList()))
        .isEqualTo(new HashSet<>(prompts));
  }

  @Test
  void serversTakeTurnsRoundByRound() throws Exception {
    results("peer");
    List<String> turns = new ArrayList<>();
    for (Asked request : asked.stream().filter(Asked::counts).skip(2 * LONG_WARM_UP).toList()) {
      if (turns.isEmpty() || !turns.getLast().equals(request.host)) {
        turns.add(request.host);
      }
    }
    assertThat(turns)
        .containsExactly(
            weir.getAuthority(), peer.getAuthority(), weir.getAuthority(), peer.getAuthority());
  }

  @Test
  void progressNamesServersWithoutASettingByTheirNameAlone() throws Exception {
    List<String> said = new CopyOnWriteArrayList<>();
    benchmark().run(new PrintWriter(new StringWriter()), (what, done, total) -> said.add(what));
    assertThat(said)
        .startsWith("weir, long warm-up", "weir, warm-up", "weir, c2, round 1 of 2")
        .endsWith("done");
  }

  @Test
  void aServerWithErrorsIsComparedWithNobody() throws Exception {
    // One of the first behind the warm-ups: two clients ask at the same time.
    AtomicBoolean once = new AtomicBoolean();
    refused =
        request ->
            isWeir(request)
                && counted(weir).size() > LONG_WARM_UP + 8
                && once.compareAndSet(false, true);
    StringWriter out = new StringWriter();
    List<BenchmarkResult> results = run(out, "llama-server-q8_0").results();

    assertThat(named(results, "served.c2.errors").value()).isEqualTo(1);
    assertThat(results)
        .extracting(BenchmarkResult::name)
        .doesNotContain("served.c2.vs.llama-server-best", "ttft.c2.vs.llama-server-q8_0")
        .contains("served.r1000.vs.llama-server-best");
    assertThat(out.toString())
        .contains("weir, c2: 1 of 12 requests failed (status 429: too many requests)");
  }

  @Test
  void aPeerThatAnswersNothingHasNoTimesAndTakesNoPart() throws Exception {
    refused = request -> request.counts() && !isWeir(request);
    StringWriter out = new StringWriter();
    Outcome outcome = run(out, "llama-server-q8_0");

    assertThat(outcome.results())
        .extracting(BenchmarkResult::name)
        .doesNotContain("served.c2.vs.llama-server-best", "ttft.c2.vs.llama-server-best");
    assertThat(out.toString()).contains("- - -").doesNotContain("NaN");
    assertThat(outcome.plot()).doesNotContain("NaN");
  }

  @Test
  void whatARefusalSaysIsShown() {
    refused = request -> true;
    assertThatThrownBy(this::results)
        .isInstanceOf(PeerException.class)
        .hasMessage("weir at %s gives no answer: status 429: too many requests", weir);
    refusal = "<html>busy</html>";
    assertThatThrownBy(this::results).hasMessageEndingWith("status 429: <html>busy</html>");
    refusal = "";
    assertThatThrownBy(this::results).hasMessageEndingWith("status 429: no message");
  }

  @Test
  void whereNothingListensTheRunEndsAndSaysSo() {
    server.stop(0);
    assertThatThrownBy(this::results)
        .isInstanceOf(PeerException.class)
        .hasMessage("weir at %s gives no answer: nothing answers at %s", weir, weir);
  }

  @Test
  void aRunOfWhichWeirAnswersNothingEnds() {
    refused = Asked::counts;
    StringWriter out = new StringWriter();
    assertThatThrownBy(() -> run(out, "peer"))
        .isInstanceOf(PeerException.class)
        .hasMessage("weir has answered none of 6 requests of c2: status 429: too many requests");
    assertThat(counted(peer)).hasSize(LONG_WARM_UP);
  }

  @Test
  void aStreamThatEndsWithoutTextIsAnError() {
    body = "data: [DONE]\n\n";
    assertThatThrownBy(this::results).hasMessageContaining("ended without text");
  }

  @Test
  void anErrorInTheStreamIsAnError() {
    body = TEXT + "data: {\"error\":{\"message\":\"out of memory\",\"code\":null}}\n\n";
    assertThatThrownBy(this::results).hasMessageEndingWith("gives no answer: out of memory");
  }

  @Test
  void anAnswerOfAnotherLengthIsAnError() {
    missing = 1;
    body = TEXT;
    assertThatThrownBy(() -> new CompletionClient(weir, "m", 5).ask("hello", System.nanoTime()))
        .isInstanceOf(IOException.class)
        .hasMessage("4 tokens instead of 5");
  }

  @Test
  void promptsThatWereFoundInACacheAreTold() throws Exception {
    cached = 16;
    StringWriter out = new StringWriter();
    List<BenchmarkResult> results = run(out).results();

    assertThat(named(results, "prompt.c2.cached").value()).isEqualTo(12 * 16);
    assertThat(out.toString()).contains("weir, c2: 192 tokens of prompts came from a cache");
  }

  private boolean isWeir(Asked request) {
    return request.host.equals(weir.getAuthority());
  }
}
