package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.proto.JsonCodec;
import dev.weir.proto.RequestValidator;
import dev.weir.proto.v1.FinishReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.contract.OpenAPIVersion;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The document {@code proto/openapi.yaml} and the gateway tell the same. */
final class OpenApiTest {
  private static final String CHAT =
      "{\"model\":\"smollm2\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]%s}";

  private OpenApiDocument document;
  private Vertx vertx;
  private TestingGateway gateway;

  @BeforeEach
  void load() throws Exception {
    document = OpenApiDocument.load("openapi.yaml");
    vertx = Vertx.vertx();
    gateway = new TestingGateway();
  }

  @AfterEach
  void close() {
    gateway.close();
    vertx.close();
  }

  @Test
  void theDocumentIsOpenApi() throws Exception {
    assertThat(metaErrors(document.tree())).isNull();
    var broken = document.tree().deepCopy();
    broken.withObject("/paths/~1v1~1models/get").put("responses", 7);
    assertThat(metaErrors(broken)).isNotNull();
  }

  /** What the meta-schema of OpenAPI 3.1 finds; null if nothing. */
  private @Nullable String metaErrors(JsonNode tree) throws Exception {
    JsonObject json = new JsonObject(tree.toString());
    var repository = await(OpenAPIVersion.V3_1.getRepository(vertx, "https://weir.invalid/"));
    try {
      OutputUnit result = await(OpenAPIVersion.V3_1.validateContract(vertx, repository, json));
      return result.getValid() ? null : String.valueOf(result.getErrors());
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause());
    }
  }

  @Test
  void itsRoutesAreThoseOfTheRouterAndNoOthers() {
    Set<String> documented = document.operations();
    WebPage page = WebPage.load();
    Set<String> routed = new TreeSet<>();
    for (Route route : router(page).getRoutes()) {
      boolean file = page.paths().contains(route.getPath()) && !documents(route.getPath());
      if (route.methods() != null && !file) {
        String path = route.getPath().replaceAll(":([a-z]+)", "{$1}");
        route.methods().stream()
            .filter(method -> method != HttpMethod.HEAD) // GET without its body
            .forEach(method -> routed.add(method + " " + path));
      }
    }
    documented.remove("GET /"); // the page: there only where its files are
    routed.remove("GET /");
    assertThat(routed).isEqualTo(documented);
  }

  private static boolean documents(String path) {
    return path.equals("/") || path.endsWith(".yaml");
  }

  private Router router(WebPage page) {
    GatewayConfig config = GatewayConfig.load(Map.of());
    TestingStreams streams = gateway.streams;
    Admission admission = new Admission(config);
    FlowWindow window = new FlowWindow(config.streamWindow(), config.streamWindowBytes());
    AtomicInteger open = new AtomicInteger();
    GatewayServices services =
        new GatewayServices(
            config,
            new Backend(streams, streams, streams),
            admission,
            new GatewayMetrics(new SimpleMeterRegistry(), admission, open, window),
            window,
            new RequestParser(new JsonCodec(), new RequestValidator(), 16),
            new ImageParser(new RequestValidator()),
            Clock.systemUTC());
    return GatewayRouter.create(
        vertx,
        services,
        Access.of(config),
        new Connections(vertx, open, config),
        new OperationRoutes(() -> true, gateway.metrics, services),
        page);
  }

  @Test
  void answersAreOfTheDocumentedShape() throws Exception {
    var plain = gateway.sendAsync(gateway.post("/v1/chat/completions", CHAT.formatted("")));
    var sent = gateway.streams.takeRequest();
    gateway.streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "a");
    assertValid(plain.get(), "/v1/chat/completions", "post");

    var old =
        gateway.sendAsync(
            gateway.post("/v1/completions", "{\"model\":\"smollm2\",\"prompt\":\"x\"}"));
    sent = gateway.streams.takeRequest();
    gateway.streams.answer(sent.id(), FinishReason.FINISH_REASON_LENGTH, "a");
    assertValid(old.get(), "/v1/completions", "post");

    assertValid(gateway.get("/v1/models"), "/v1/models", "get");
    assertValid(gateway.get("/v1/models/smollm2"), "/v1/models/{model}", "get");
    assertValid(
        gateway.send(gateway.post("/v1/requests", "{\"model\":\"smollm2\",\"prompt\":\"x\"}")),
        "/v1/requests",
        "post");
    gateway.streams.takeRequest();
    assertValid(
        gateway.send(gateway.request("/v1/requests/018f-1").DELETE()),
        "/v1/requests/{id}",
        "delete");
    assertValid(gateway.get("/health/live"), "/health/live", "get");
    assertValid(gateway.get("/health/ready"), "/health/ready", "get");
  }

  @Test
  void errorsAreOfTheDocumentedShape() throws Exception {
    for (HttpResponse<String> response :
        List.of(
            gateway.send(gateway.post("/v1/chat/completions", "{")),
            gateway.send(gateway.post("/v1/chat/completions", CHAT.formatted(",\"n\":0"))),
            gateway.get("/v1/chat/completions"),
            gateway.get("/v1/models/x"),
            gateway.get("/v1/nothing"),
            gateway.get("/v1/streams/018f-404"),
            gateway.get("/v1/ws"))) {
      assertThat(response.statusCode()).isGreaterThanOrEqualTo(400);
      assertMatches("/components/schemas/Error", response.body());
    }
  }

  @Test
  void chunksOfStreamsAreOfTheDocumentedShape() throws Exception {
    for (String more : List.of("", ",\"stream_options\":{\"include_usage\":true}")) {
      HttpResponse<InputStream> response = stream("/v1/chat/completions", CHAT, more);
      for (String event : ChatCompletionsTest.dataOf(response.body())) {
        if (!event.equals("[DONE]")) {
          assertMatches("/components/schemas/ChatCompletionChunk", event);
        }
      }
      response = stream("/v1/completions", "{\"model\":\"smollm2\",\"prompt\":\"x\"%s}", more);
      for (String event : ChatCompletionsTest.dataOf(response.body())) {
        if (!event.equals("[DONE]")) {
          assertMatches("/components/schemas/Completion", event);
        }
      }
    }
  }

  @Test
  void picturesAreOfTheDocumentedShape() throws Exception {
    gateway.streams.cards.add(TestingStreams.imageCard());
    for (String more : List.of("", ",\"response_format\":\"url\"")) {
      String body = "{\"model\":\"pixel\",\"n\":2%s}".formatted(more);
      var whole = gateway.sendAsync(gateway.post("/v1/images/generations", body));
      draw(gateway.streams.takeRequest().id());
      assertValid(whole.get(), "/v1/images/generations", "post");

      String streamed = body.replace("}", ",\"stream\":true,\"partial_images\":2}");
      var stream = gateway.open(gateway.post("/v1/images/generations", streamed));
      draw(gateway.streams.takeRequest().id());
      List<String> events = ChatCompletionsTest.dataOf(stream.get().body());
      assertThat(events).hasSize(3);
      assertMatches("/components/schemas/ImagePartialEvent", events.get(0));
      assertMatches("/components/schemas/ImageCompletedEvent", events.get(1));
      assertMatches("/components/schemas/ImageCompletedEvent", events.get(2));
      JsonNode other = json(events.get(0));
      assertThat(document.validate("/components/schemas/ImageCompletedEvent", other)).isNotEmpty();
    }
    assertValid(gateway.get("/v1/models/pixel"), "/v1/models/{model}", "get");
  }

  private void draw(String id) {
    gateway.streams.preview(id, 0, 1, TestingImages.png("half"));
    gateway.streams.picture(id, 0, false, TestingImages.png("a"));
    gateway.streams.storedPicture(id, 1, true, "http://store/b.png", new byte[32]);
    gateway.streams.finished(id, TestingImages.finished(FinishReason.FINISH_REASON_STOP, 2));
  }

  /** Every example of a body is what its route takes, and its schema says so. */
  @Test
  void theExamplesOfPicturesAreTaken() throws Exception {
    gateway.streams.cards.add(TestingStreams.imageCard());
    gateway.streams.cards.add(
        TestingStreams.imageCard().toBuilder().setModel("vae").setFamily("vae").build());
    int taken = 0;
    for (String route : List.of("generations", "variations", "interpolations")) {
      String at =
          "/paths/~1v1~1images~1%s/post/requestBody/content/application~1json".formatted(route);
      for (JsonNode example : document.tree().at(at).path("examples")) {
        JsonNode body = example.path("value");
        assertMatches(at + "/schema", body.toString());
        var response = gateway.open(gateway.post("/v1/images/" + route, body.toString()));
        var sent = gateway.streams.takeRequest();
        gateway.streams.failed(sent.id(), "internal_error", 500, "");
        response.get().body().readAllBytes();
        taken++;
      }
    }
    assertThat(taken).isEqualTo(4);
    String answer = "/paths/~1v1~1images~1generations/post/responses/200/content/application~1json";
    assertMatches(
        answer + "/schema", document.tree().at(answer + "/examples/one/value").toString());
  }

  @Test
  void anAnswerOfAnotherShapeWouldBeFound() {
    JsonNode error = json("{\"error\":{\"message\":\"x\"}}");
    assertThat(document.validate("/components/schemas/Error", error)).isNotEmpty();
    JsonNode chunk = json("{\"id\":\"cmpl-1\"}");
    assertThat(document.validate("/components/schemas/ChatCompletionChunk", chunk)).isNotEmpty();
  }

  private HttpResponse<InputStream> stream(String path, String body, String more) throws Exception {
    var response = gateway.open(gateway.post(path, body.formatted(",\"stream\":true" + more)));
    var sent = gateway.streams.takeRequest();
    gateway.streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "a", "b");
    return response.get();
  }

  private void assertValid(HttpResponse<String> response, String path, String method)
      throws Exception {
    String schema =
        "/paths/%s/%s/responses/%d/content/application~1json/schema"
            .formatted(path.replace("/", "~1"), method, response.statusCode());
    assertThat(document.tree().at(schema).isObject()).as(schema).isTrue();
    assertMatches(schema, response.body());
  }

  private void assertMatches(String schema, String json) {
    assertThat(document.validate(schema, json(json))).as(schema + " " + json).isEmpty();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
