package dev.weir.standalone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PullerTest {
  private final byte[] model = new byte[300_000];
  private final AtomicInteger breakAfter = new AtomicInteger(Integer.MAX_VALUE);
  private final List<String> ranges = new ArrayList<>();
  @TempDir Path data;
  private HttpServer server;
  private Puller puller;

  @BeforeEach
  void serveTheModel() throws IOException {
    new Random(7).nextBytes(model);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/org/repo/resolve/abc/model.gguf", this::answer);
    server.start();
    puller = new Puller(new ModelStore(data), URI.create("http:/" + server.getAddress()));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    ranges.add(String.valueOf(range));
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    try (exchange) {
      exchange.sendResponseHeaders(range == null ? 200 : 206, model.length - from);
      int end = from + Math.min(model.length - from, breakAfter.get());
      exchange.getResponseBody().write(Arrays.copyOfRange(model, from, end));
    }
  }

  private CatalogEntry entry(String sha256) {
    return new CatalogEntry(
        "tiny",
        "a test model",
        "model.gguf",
        model.length,
        sha256,
        List.of(new CatalogEntry.HuggingFace("org/repo", "abc", "model.gguf")));
  }

  private String sha256() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(model));
  }

  @Test
  void aPulledModelIsWholeAndFoundByItsName() throws Exception {
    Path file = puller.pull(entry(sha256()), Progress.NONE);

    assertThat(file).hasBinaryContent(model);
    assertThat(new ModelStore(data).find("tiny")).contains(file);
    assertThat(new ModelStore(data).names()).containsExactly("tiny");
  }

  @Test
  void anInterruptedDownloadGoesOnWhereItStopped() throws Exception {
    breakAfter.set(100_000);
    assertThatThrownBy(() -> puller.pull(entry(sha256()), Progress.NONE))
        .isInstanceOf(PullException.class)
        .hasMessageContaining("tiny could not be fetched")
        .hasMessageContaining("--from PATH");
    assertThat(new ModelStore(data).find("tiny")).isEmpty();

    breakAfter.set(Integer.MAX_VALUE);
    assertThat(puller.pull(entry(sha256()), Progress.NONE)).hasBinaryContent(model);
    assertThat(ranges).hasSize(2);
    assertThat(ranges.get(1)).matches("bytes=[1-9]\\d*-");
  }

  @Test
  void aFileWithAnotherDigestIsDiscarded() {
    assertThatThrownBy(() -> puller.pull(entry("00".repeat(32)), Progress.NONE))
        .isInstanceOf(PullException.class)
        .hasMessageContaining("SHA-256");
    assertThat(data.resolve("models/tiny/model.gguf")).doesNotExist();
    assertThat(data.resolve("models/tiny/model.gguf.part")).doesNotExist();
  }

  @Test
  void aModelThatIsHereIsNotFetchedAgain() throws Exception {
    puller.pull(entry(sha256()), Progress.NONE);
    puller.pull(entry(sha256()), Progress.NONE);
    assertThat(ranges).hasSize(1);
  }

  @Test
  void aFileOfTheUsersOwnIsImported() throws Exception {
    Path own = Files.write(data.resolve("own.gguf"), model);
    Path file = puller.importFile("mine", Catalog.builtIn(), own, Progress.NONE);
    assertThat(file).hasBinaryContent(model);
    assertThat(new ModelStore(data).find("mine")).contains(file);
  }

  @Test
  void aNameThatLeavesTheStoreIsRefused() {
    assertThatThrownBy(() -> new ModelStore(data).find("../etc"))
        .isInstanceOf(PullException.class)
        .hasMessageContaining("not a model name");
  }

  @Test
  void theCatalogThatShipsIsWellFormed() {
    assertThat(Catalog.builtIn().find("smollm2"))
        .hasValueSatisfying(entry -> {
          assertThat(entry.sha256()).hasSize(64);
          assertThat(entry.sources()).hasSize(2);
        });
  }
}
