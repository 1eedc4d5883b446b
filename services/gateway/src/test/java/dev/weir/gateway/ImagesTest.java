package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.error;
import static dev.weir.gateway.TestingGateway.json;
import static dev.weir.gateway.TestingImages.base64;
import static dev.weir.gateway.TestingImages.png;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.TestingStreams.Sent;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.ImageOptions;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code /v1/images/generations}. */
final class ImagesTest {
  private static final String ROUTE = "/v1/images/generations";
  private static final String ASK = "{\"model\":\"pixel\",\"prompt\":\"a man with a hat\"%s}";

  private TestingGateway gateway;
  private TestingStreams streams;

  @BeforeEach
  void start() {
    gateway = new TestingGateway();
    streams = gateway.streams;
    streams.cards.add(TestingStreams.imageCard());
  }

  @AfterEach
  void stop() {
    Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
    gateway.close();
  }

  private CompletableFuture<HttpResponse<String>> ask(String more) {
    return gateway.sendAsync(gateway.post(ROUTE, ASK.formatted(more)));
  }

  private void assertRefused(String more, String code, String param, String words)
      throws Exception {
    HttpResponse<String> response = ask(more).get();
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(error(response).path("code").asText()).isEqualTo(code);
    assertThat(error(response).path("param").asText()).isEqualTo(param);
    assertThat(error(response).path("message").asText()).contains(words);
    assertThat(streams.requests).isEmpty();
  }

  @Test
  void aWholeAnswerHasEachPictureTheUsageAndWhatWasNotRead() throws Exception {
    var response =
        ask(",\"n\":2,\"size\":\"256x256\",\"seed\":7,\"temperature\":0.5,\"user\":\"me\"");
    Sent sent = streams.takeRequest();
    ImageOptions image = sent.request().getImage();
    assertThat(image.getN()).isEqualTo(2);
    assertThat(image.getScale()).isEqualTo(16);
    assertThat(image.getPreviews()).isZero();
    assertThat(sent.request().getPrompt()).isEqualTo("a man with a hat");
    assertThat(sent.request().getSampling().getSeed()).isEqualTo(7);
    assertThat(sent.request().getSampling().getTemperature()).isEqualTo(0.5);

    streams.started(sent.id());
    streams.preview(sent.id(), 0, 1, png("half"));
    streams.picture(sent.id(), 0, false, png("one"));
    streams.picture(sent.id(), 1, true, png("two"));
    streams.finished(sent.id(), TestingImages.finished(FinishReason.FINISH_REASON_STOP, 2));
    assertThat(response.get().statusCode()).as(response.get().body()).isEqualTo(200);
    assertThat(response.get().headers().firstValue("weir-request-id")).hasValue(sent.id());
    JsonNode body = json(response.get().body());
    assertThat(body.path("created").isIntegralNumber()).isTrue();
    assertThat(body.at("/data/0/b64_json").asText()).isEqualTo(base64(png("one")));
    assertThat(body.at("/data/1/b64_json").asText()).isEqualTo(base64(png("two")));
    assertThat(body.path("data")).hasSize(2);
    assertThat(body.path("size").asText()).isEqualTo("256x256");
    assertThat(body.path("output_format").asText()).isEqualTo("png");
    assertThat(body.path("background").asText()).isEqualTo("opaque");
    assertThat(body.at("/usage/input_tokens").asInt()).isEqualTo(7);
    assertThat(body.at("/usage/output_tokens").asInt()).isEqualTo(512);
    assertThat(body.at("/usage/total_tokens").asInt()).isEqualTo(519);
    assertThat(body.path("id").asText()).isEqualTo(sent.id());
    assertThat(body.path("model").asText()).isEqualTo("pixel");
    assertThat(body.path("seed").asLong()).isEqualTo(7);
    assertThat(body.at("/warnings/0/words/0").asText()).isEqualTo("sword");
    assertThat(gateway.metrics.get("weir.gateway.time.to.first.picture").timer().count())
        .isEqualTo(1);
    assertThat(gateway.metrics.get("weir.gateway.time.to.first.token").timer().count()).isZero();
    Eventually.that(() ->
        assertThat(gateway.metrics.find("weir.gateway.requests").tag("route", ROUTE).timer())
            .isNotNull());
  }

  @Test
  void aPictureByUrlIsADataUriOrWhereItLies() throws Exception {
    var response = ask(",\"n\":2,\"response_format\":\"url\"");
    Sent sent = streams.takeRequest();
    streams.picture(sent.id(), 0, false, png("one"));
    streams.storedPicture(sent.id(), 1, true, "http://store/2.png", new byte[32]);
    streams.finished(sent.id(), TestingImages.finished(FinishReason.FINISH_REASON_STOP, 2));
    JsonNode body = json(response.get().body());
    assertThat(body.at("/data/0/url").asText())
        .isEqualTo("data:image/png;base64," + base64(png("one")));
    assertThat(body.at("/data/1/url").asText()).isEqualTo("http://store/2.png");
    assertThat(body.at("/data/1/sha256").asText()).isEqualTo("00".repeat(32));
  }

  @Test
  void aStreamHasPreviewsOfEachPictureAndThenThePicture() throws Exception {
    List<JsonNode> events =
        streamed(
            ",\"n\":2,\"partial_images\":4",
            id -> {
              streams.started(id);
              streams.preview(id, 0, 4, png("a4"));
              streams.preview(id, 1, 4, png("b4"));
              streams.preview(id, 0, 8, png("a8"));
              streams.picture(id, 0, false, png("a"));
              streams.picture(id, 1, true, png("b"));
              streams.finished(id, TestingImages.finished(FinishReason.FINISH_REASON_STOP, 2));
            });
    assertThat(events.stream().map(ImagesTest::shown))
        .containsExactly("partial 0.0 a4", "partial 1.0 b4", "partial 0.1 a8", "a", "b");
    JsonNode partial = events.getFirst();
    assertThat(partial.path("created_at").isIntegralNumber()).isTrue();
    assertThat(partial.path("size").asText()).isEqualTo("256x256");
    assertThat(partial.path("step").asInt()).isEqualTo(4);
    assertThat(partial.path("steps").asInt()).isEqualTo(16);
    // The events of a call add up to what it took.
    assertThat(events.get(3).at("/usage/total_tokens").asInt(-1)).isZero();
    assertThat(events.get(4).at("/usage/total_tokens").asInt()).isEqualTo(519);
    assertThat(events.get(4).at("/warnings/0/code").asText()).isEqualTo("unread_words");
    assertThat(events.get(4).path("image_index").asInt()).isEqualTo(1);
  }

  /** {@code partial picture.index content}, or the content of a whole picture. */
  private static String shown(JsonNode event) {
    byte[] png = Base64.getDecoder().decode(event.path("b64_json").asText());
    String content = new String(png, 8, png.length - 8, StandardCharsets.UTF_8);
    return event.path("type").asText().equals(ImageWriter.COMPLETED)
        ? content
        : "partial %d.%d %s"
            .formatted(
                event.path("image_index").asInt(),
                event.path("partial_image_index").asInt(),
                content);
  }

  @Test
  void previewsNeverGoBackWhenAnotherWorkerDrawsThePictureAgain() throws Exception {
    List<JsonNode> events =
        streamed(
            ",\"n\":2,\"partial_images\":4",
            id -> {
              streams.started(id);
              streams.preview(id, 0, 4, png("a4"));
              streams.preview(id, 0, 8, png("a8"));
              streams.picture(id, 0, false, png("a"));
              streams.preview(id, 1, 4, png("b4"));
              streams.started(id);
              streams.preview(id, 0, 4, png("a4"));
              streams.preview(id, 1, 4, png("b4"));
              streams.preview(id, 1, 8, png("b8"));
              streams.preview(id, 7, 8, png("of no picture"));
              streams.picture(id, 1, true, png("b"));
              streams.finished(id, TestingImages.finished(FinishReason.FINISH_REASON_STOP, 2));
            });
    assertThat(events.stream().map(ImagesTest::shown))
        .containsExactly(
            "partial 0.0 a4", "partial 0.1 a8", "a", "partial 1.0 b4", "partial 1.1 b8", "b");
  }

  @Test
  void anErrorBehindTheFirstEventIsAnEvent() throws Exception {
    List<JsonNode> events =
        streamed(
            ",\"partial_images\":1",
            id -> {
              streams.preview(id, 0, 4, png("a4"));
              streams.failed(id, "internal_error", 500, "");
            });
    assertThat(events).hasSize(2);
    assertThat(events.get(1).at("/error/code").asText()).isEqualTo("internal_error");
  }

  @Test
  void anErrorBeforeTheFirstEventIsAStatus() throws Exception {
    var response = ask(",\"stream\":true");
    streams.failed(streams.takeRequest().id(), "too_many", 400, "image.n");
    assertThat(response.get().statusCode()).isEqualTo(400);
    assertThat(error(response.get()).path("param").asText()).isEqualTo("image.n");
  }

  @Test
  void anEndBeforeTheLastPictureIsAnErrorThatSaysHowManyCame() throws Exception {
    var response = ask(",\"n\":3");
    String id = streams.takeRequest().id();
    streams.picture(id, 0, false, png("one"));
    streams.finished(id, TestingImages.finished(FinishReason.FINISH_REASON_DEADLINE, 1));
    assertThat(response.get().statusCode()).isEqualTo(504);
    assertThat(error(response.get()).path("message").asText())
        .isEqualTo(
            "The request's time was over: 1 of 3 pictures were made; /v1/streams/%s has them."
                .formatted(id));

    List<JsonNode> events =
        streamed(
            ",\"n\":2",
            other -> {
              streams.picture(other, 0, false, png("one"));
              streams.finished(
                  other, TestingImages.finished(FinishReason.FINISH_REASON_CANCELLED, 1));
            });
    assertThat(shown(events.getFirst())).isEqualTo("one");
    assertThat(events.get(1).at("/error/code").asText()).isEqualTo("cancelled");
  }

  @Test
  void aClientThatGoesAwayCancelsItsPictures() throws Exception {
    var response = gateway.open(gateway.post(ROUTE, ASK.formatted(",\"stream\":true")));
    String id = streams.takeRequest().id();
    streams.preview(id, 0, 1, png("a"));
    response.get().body().close();
    assertThat(streams.takeCancellation()).isEqualTo(id);
  }

  @Test
  void aKeyLeadsToTheSamePicturesAndTheSameSeed() throws Exception {
    var first =
        gateway.sendAsync(gateway.post(ROUTE, ASK.formatted("")).header("idempotency-key", "k1"));
    Sent sent = streams.takeRequest();
    streams.picture(sent.id(), 0, true, png("one"));
    streams.finished(sent.id(), TestingImages.finished(FinishReason.FINISH_REASON_STOP, 1));
    JsonNode drawn = json(first.get().body());
    assertThat(drawn.path("seed").asLong()).isEqualTo(sent.request().getSampling().getSeed());
    var again =
        gateway.send(gateway.post(ROUTE, ASK.formatted("")).header("idempotency-key", "k1"));
    assertThat(streams.requests).isEmpty();
    JsonNode same = json(again.body());
    assertThat(same.path("seed")).isEqualTo(drawn.path("seed"));
    assertThat(same.path("id")).isEqualTo(drawn.path("id"));

    ask("");
    ask("");
    assertThat(streams.takeRequest().request().getSampling().getSeed())
        .isNotEqualTo(streams.takeRequest().request().getSampling().getSeed());
    streams.finished("018f-0002", TestingImages.finished(FinishReason.FINISH_REASON_STOP, 0));
    streams.finished("018f-0003", TestingImages.finished(FinishReason.FINISH_REASON_STOP, 0));
  }

  @Test
  void aPromptMayBeLeftOutAndASizeIsAWholeNumberOfTimesTheModels() throws Exception {
    for (int scale : new int[] {1, 16, 64}) {
      String size = 16 * scale + "x" + 16 * scale;
      var response =
          gateway.sendAsync(gateway.post(ROUTE, "{\"model\":\"pixel\",\"size\":\"" + size + "\"}"));
      Sent sent = streams.takeRequest();
      assertThat(sent.request().hasPrompt()).isFalse();
      assertThat(sent.request().getImage().getScale()).isEqualTo(scale);
      streams.picture(sent.id(), 0, true, png("any"));
      streams.finished(sent.id(), TestingImages.finished(FinishReason.FINISH_REASON_STOP, 1));
      assertThat(response.get().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void whatCannotBeIsRefusedByNameWithTheFix() throws Exception {
    assertRefused(",\"size\":\"300x300\"", "invalid_value", "size", "288x288 and 304x304");
    assertRefused(",\"size\":\"8x8\"", "invalid_value", "size", "nearest: 16x16");
    assertRefused(",\"size\":\"1040x1040\"", "invalid_value", "size", "nearest: 1024x1024");
    assertRefused(",\"size\":\"1024x1792\"", "invalid_value", "size", "a square");
    assertRefused(",\"size\":256", "invalid_type", "size", "string");
    assertRefused(",\"n\":0", "invalid_value", "n", "between 1 and 10");
    assertRefused(",\"n\":11", "invalid_value", "n", "between 1 and 10");
    assertRefused(",\"n\":1.5", "invalid_type", "n", "whole");
    assertRefused(",\"n\":1e400", "invalid_value", "n", "between 1 and 10");
    assertRefused(",\"temperature\":-1", "invalid_value", "temperature", "0.0 or more");
    assertRefused(
        ",\"partial_images\":3", "invalid_value", "partial_images", "only with stream: true");
    assertRefused(
        ",\"stream\":true,\"partial_images\":65", "invalid_value", "partial_images", "0 and 64");
    assertRefused(",\"stream\":1", "invalid_type", "stream", "true or false");
    assertRefused(
        ",\"output_format\":\"webp\"", "unsupported_parameter", "output_format", "only png");
    assertRefused(
        ",\"background\":\"transparent\"", "unsupported_parameter", "background", "auto or opaque");
    assertRefused(",\"quality\":\"low\"", "unsupported_parameter", "quality", "not low");
    assertRefused(",\"style\":\"vivid\"", "unsupported_parameter", "style", "only natural");
    assertRefused(",\"response_format\":\"gif\"", "invalid_value", "response_format", "b64_json");
    assertRefused(",\"image\":\"x\"", "unsupported_parameter", "image", "/v1/images/variations");
    assertRefused(",\"strength\":0.5", "invalid_value", "strength", "/v1/images/variations");
    assertRefused(",\"mask\":\"x\"", "unsupported_parameter", "mask", "leave it out");
    assertRefused(",\"top_k\":4", "unsupported_parameter", "top_k", "leave it out");
    assertRefused(",\"weir\":{\"x\":1}", "unsupported_parameter", "weir.x", "detach");
  }

  @Test
  void fieldsThatAskForWhatIsDoneAnywayAreTaken() throws Exception {
    var response =
        ask(
            ",\"quality\":\"auto\",\"background\":\"opaque\",\"moderation\":\"low\","
                + "\"style\":null,\"output_format\":\"png\",\"output_compression\":100,"
                + "\"size\":\"auto\",\"partial_images\":0,\"n\":null,\"user\":\"me\"");
    Sent sent = streams.takeRequest();
    assertThat(sent.request().getImage().getScale()).isEqualTo(16);
    assertThat(sent.request().getImage().getN()).isEqualTo(1);
    streams.picture(sent.id(), 0, true, png("one"));
    streams.finished(sent.id(), TestingImages.finished(FinishReason.FINISH_REASON_STOP, 1));
    assertThat(response.get().statusCode()).isEqualTo(200);
  }

  private List<JsonNode> streamed(String more, Consumer<String> worker) throws Exception {
    var response = gateway.open(gateway.post(ROUTE, ASK.formatted(",\"stream\":true" + more)));
    Sent sent = streams.takeRequest();
    worker.accept(sent.id());
    List<JsonNode> events = new ArrayList<>();
    String text = new String(response.get().body().readAllBytes(), StandardCharsets.UTF_8);
    for (String event : text.split("\n\n")) {
      String[] lines = event.split("\n");
      JsonNode json = json(lines[1].substring("data: ".length()));
      assertThat(lines[0]).isEqualTo("event: " + json.path("type").asText("error"));
      events.add(json);
    }
    return events;
  }
}
