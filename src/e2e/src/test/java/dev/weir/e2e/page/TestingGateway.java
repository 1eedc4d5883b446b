package dev.weir.e2e.page;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A gateway whose models say what the test wants, with a log of streams that outlives connections.
 * It serves the page's own files under a policy that is at least as strict as the real one's.
 */
final class TestingGateway implements PageHost {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /** The names that are models that draw, each the name of its family. */
  private static final Set<String> PAINTERS = Set.of("pixel", "vae");

  private final Vertx vertx =
      Vertx.vertx(
          // One loop: what belongs to it needs no lock.
          new VertxOptions().setEventLoopPoolSize(1));
  private final HttpServer server;
  private final Map<String, TestingStream> streams = new HashMap<>();
  private final Set<TestingSocket> sockets = new LinkedHashSet<>();
  private final ConcurrentLinkedQueue<JsonObject> requests = new ConcurrentLinkedQueue<>();
  private volatile List<String> models = List.of("smollm2", "qwen3-0.6b");
  private volatile Function<JsonObject, Answer> script = _ -> Answer.counts(40);
  private volatile Predicate<JsonObject> losing = _ -> false;
  private volatile @Nullable String forgotten;
  private volatile boolean refusing;
  private volatile @Nullable String key;

  TestingGateway() {
    Router router = Router.router(vertx);
    router.route().handler(TestingGateway::addPolicy);
    router.get("/v1/models").handler(this::onModels);
    router.get("/v1/ws").handler(this::onSocket);
    router.get().handler(TestingGateway::onFile);
    server =
        vertx
            .createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("weir.v1"))
            .requestHandler(router);
    await(server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture());
  }

  @Override
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort() + "/");
  }

  /** Sets what the models say from now on, given the request. */
  void script(Function<JsonObject, Answer> answers) {
    script = answers;
  }

  void says(Answer answer) {
    script = _ -> answer;
  }

  void serves(String... names) {
    models = List.of(names);
  }

  /** Keeps records up to this cursor no longer. */
  void forgets(String cursor) {
    forgotten = cursor;
  }

  /** Wants this API key from now on. */
  void wantsKey(String wanted) {
    key = wanted;
  }

  /** Loses frames on their way to the page, each as long as the predicate says so. */
  void loses(Predicate<JsonObject> lost) {
    losing = lost;
  }

  /** Lets every held stream go on. */
  void release() {
    onLoop(() -> streams.values().forEach(TestingStream::release));
  }

  /** Breaks every connection. */
  void dropConnections() {
    onLoop(() -> List.copyOf(sockets).forEach(TestingSocket::close));
  }

  /** Takes no new connection as long as it refuses. */
  void refuse(boolean refuses) {
    refusing = refuses;
  }

  /** The requests that came, oldest first. */
  List<JsonObject> requests() {
    return List.copyOf(requests);
  }

  /** Back to the beginning, for the next test. */
  void reset() {
    dropConnections();
    refusing = false;
    key = null;
    losing = _ -> false;
    forgotten = null;
    models = List.of("smollm2", "qwen3-0.6b");
    script = _ -> Answer.counts(40);
    requests.clear();
  }

  @Override
  public void close() {
    await(vertx.close().toCompletionStage().toCompletableFuture());
  }

  // Called by the event loop

  Answer answer(JsonObject request) {
    requests.add(request);
    return script.apply(request);
  }

  TestingStream open(JsonObject request, Answer answer) {
    String id = UUID.randomUUID().toString();
    TestingStream stream = new TestingStream(vertx, id, request, answer);
    streams.put(id, stream);
    return stream;
  }

  @Nullable TestingStream stream(String id) {
    return streams.get(id);
  }

  boolean loses(JsonObject frame) {
    return losing.test(frame);
  }

  boolean hasForgotten(String cursor) {
    return cursor.equals(forgotten);
  }

  private static void addPolicy(RoutingContext context) {
    context
        .response()
        .putHeader("content-security-policy", POLICY)
        .putHeader("x-content-type-options", "nosniff");
    context.next();
  }

  private static void onFile(RoutingContext context) {
    String path = context.request().path();
    String name = "/web" + (path.equals("/") ? "/index.html" : path);
    try (InputStream file = TestingGateway.class.getResourceAsStream(name)) {
      if (file == null) {
        var _ = context.response().setStatusCode(404).end();
        return;
      }
      String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "text/plain");
      var _ =
          context
              .response()
              .putHeader("content-type", type)
              .end(Buffer.buffer(file.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void onModels(RoutingContext context) {
    if (key != null && !("Bearer " + key).equals(context.request().getHeader("authorization"))) {
      var _ = context.response().setStatusCode(401).end();
      return;
    }
    JsonArray list = new JsonArray();
    for (String name : models) {
      list.add(
          new JsonObject()
              .put("id", name)
              .put("object", "model")
              .put("max_model_len", 2048)
              .put("kind", PAINTERS.contains(name) ? "image" : "text")
              .put(
                  "weir",
                  new JsonObject().put("chat", !name.startsWith("base")).put("precision", "int8")));
    }
    var _ = context.json(new JsonObject().put("object", "list").put("data", list));
  }

  private void onSocket(RoutingContext context) {
    if (refusing) {
      var _ = context.response().setStatusCode(503).end();
      return;
    }
    String wanted = key;
    if (wanted != null && !protocolsOf(context).contains("weir.bearer." + base64(wanted))) {
      var _ = context.response().setStatusCode(401).end();
      return;
    }
    context.request().toWebSocket().onSuccess(this::onSocket);
  }

  private static List<String> protocolsOf(RoutingContext context) {
    String protocols = context.request().getHeader("sec-websocket-protocol");
    return protocols == null ? List.of() : List.of(protocols.split(", *", -1));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void onSocket(ServerWebSocket socket) {
    TestingSocket testing = new TestingSocket(this, socket);
    sockets.add(testing);
    socket.endHandler(_ -> sockets.remove(testing));
  }

  private void onLoop(Runnable task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    vertx.runOnContext(_ -> {
      task.run();
      done.complete(null);
    });
    await(done);
  }

  private static <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
