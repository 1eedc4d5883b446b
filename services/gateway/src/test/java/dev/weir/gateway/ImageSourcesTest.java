package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.error;
import static dev.weir.gateway.TestingGateway.json;
import static dev.weir.gateway.TestingImages.base64;
import static dev.weir.gateway.TestingImages.png;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.gateway.TestingStreams.Sent;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.GenerationRequest;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code /v1/images/variations} and {@code /v1/images/interpolations}, as forms and as JSON. */
final class ImageSourcesTest {
  private static final String VARIATIONS = "/v1/images/variations";
  private static final String INTERPOLATIONS = "/v1/images/interpolations";

  private TestingGateway gateway;

  @BeforeEach
  void start() {
    gateway = new TestingGateway();
    gateway.streams.cards.add(TestingStreams.imageCard());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Lets it be answered by as many pictures as it asks for. */
  private GenerationRequest answered(HttpRequest.Builder call) throws Exception {
    var response = gateway.sendAsync(call);
    Sent sent = gateway.streams.takeRequest();
    int n = sent.request().getImage().getN();
    for (int i = 0; i < n; i++) {
      gateway.streams.picture(sent.id(), i, i == n - 1, png("picture " + i));
    }
    gateway.streams.finished(sent.id(), TestingImages.finished(FinishReason.FINISH_REASON_STOP, n));
    assertThat(response.get().statusCode()).as(response.get().body()).isEqualTo(200);
    assertThat(json(response.get().body()).path("data")).hasSize(n);
    return sent.request();
  }

  private HttpResponse<String> refused(HttpRequest.Builder call, int status, String param)
      throws Exception {
    HttpResponse<String> response = gateway.send(call);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(error(response).path("param").asText("")).as(response.body()).isEqualTo(param);
    assertThat(gateway.streams.requests).isEmpty();
    return response;
  }

  private static TestingForm form() {
    return new TestingForm().field("model", "pixel");
  }

  private HttpRequest.Builder post(String path, String more) {
    return gateway.post(path, "{\"model\":\"pixel\"" + more.replace('\'', '"') + "}");
  }

  @Test
  void aFormAndJsonAskForTheSameVariations() throws Exception {
    // Line ends and what looks like a boundary are bytes of a picture as any others.
    byte[] source = png("\r\n--------\r\n\u0000é\r\n--");
    GenerationRequest form =
        answered(
            form()
                .file("image", source)
                .field("n", "3")
                .field("size", "512x512")
                .field("strength", "0.25")
                .field("seed", "7")
                .field("prompt", "größer, \"mit\" Hut")
                .field("user", "")
                .post(gateway, VARIATIONS));
    assertThat(form.getImage().getSources(0)).isEqualTo(ByteString.copyFrom(source));
    assertThat(form.getImage().getN()).isEqualTo(3);
    assertThat(form.getImage().getScale()).isEqualTo(32);
    assertThat(form.getImage().getStrength()).isEqualTo(0.25);
    assertThat(form.getSampling().getSeed()).isEqualTo(7);
    assertThat(form.getPrompt()).isEqualTo("größer, \"mit\" Hut");
    GenerationRequest same =
        answered(
            post(
                VARIATIONS,
                ",'n':3,'size':'512x512','strength':0.25,'seed':7,"
                    + "'prompt':'größer, \\'mit\\' Hut','image':'%s'".formatted(base64(source))));
    assertThat(same).isEqualTo(form);
    GenerationRequest ofDataUri =
        answered(post(VARIATIONS, ",'image':'data:image/png;base64,%s'".formatted(base64(source))));
    assertThat(ofDataUri.getImage().getSourcesList()).isEqualTo(form.getImage().getSourcesList());
    assertThat(ofDataUri.getImage().hasStrength()).isFalse();
  }

  @Test
  void theWayBetweenTwoPicturesComesAsAFormOrAsJson() throws Exception {
    GenerationRequest form =
        answered(
            form()
                .file("image", png("a"))
                .file("image", "application/octet-stream", png("b"))
                .field("n", "5")
                .post(gateway, INTERPOLATIONS));
    assertThat(form.getImage().getSourcesList())
        .containsExactly(ByteString.copyFrom(png("a")), ByteString.copyFrom(png("b")));
    assertThat(form.getImage().getN()).isEqualTo(5);
    GenerationRequest same =
        answered(
            post(
                INTERPOLATIONS,
                ",'images':['%s','%s']".formatted(base64(png("a")), base64(png("b")))));
    assertThat(same.getImage().getSourcesList()).isEqualTo(form.getImage().getSourcesList());
    assertThat(same.getImage().getN()).isEqualTo(8);
  }

  @Test
  void aFormWithAKeyIsTheSameCallWhateverItsBoundary() throws Exception {
    byte[] body = form().file("image", png("a")).bytes();
    byte[] again =
        new String(body, StandardCharsets.ISO_8859_1)
            .replace("testing-form-7", "testing-form-8")
            .getBytes(StandardCharsets.ISO_8859_1);
    answered(TestingForm.post(gateway, VARIATIONS, body).header("idempotency-key", "k"));
    HttpResponse<String> same =
        gateway.send(
            gateway
                .request(VARIATIONS)
                .header("idempotency-key", "k")
                .header("content-type", TestingForm.contentType().replace("form-7", "form-8"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(again)));
    assertThat(same.statusCode()).as(same.body()).isEqualTo(200);
    assertThat(gateway.streams.requests).isEmpty();
    refused(
        form().file("image", png("b")).post(gateway, VARIATIONS).header("idempotency-key", "k"),
        422,
        "");
  }

  @Test
  void whatIsWrongWithASourceNamesItsField() throws Exception {
    byte[] large = png(new byte[ImageSource.MOST_BYTES]);
    refused(form().file("image", large).post(gateway, VARIATIONS), 413, "image");
    refused(post(VARIATIONS, ",'image':'%s'".formatted(base64(large))), 413, "image");
    refused(
        post(INTERPOLATIONS, ",'images':['%s','%s']".formatted(base64(png("a")), base64(large))),
        413,
        "images[1]");
    refused(form().file("image", new byte[9]).post(gateway, VARIATIONS), 400, "image");
    refused(post(VARIATIONS, ",'image':'###'"), 400, "image");
    refused(post(VARIATIONS, ",'image':7"), 400, "image");
    refused(form().file("image", "image/jpeg", png("a")).post(gateway, VARIATIONS), 415, "image");
    refused(form().file("mask", png("a")).post(gateway, VARIATIONS), 400, "mask");
    refused(form().field("image", "text").post(gateway, VARIATIONS), 400, "image");
    refused(form().post(gateway, VARIATIONS), 400, "image");
    refused(post(VARIATIONS, ""), 400, "image");
    refused(
        form().file("image", png("a")).file("image", png("b")).post(gateway, VARIATIONS),
        400,
        "image");
    refused(form().file("image", png("a")).post(gateway, INTERPOLATIONS), 400, "images");
    refused(post(INTERPOLATIONS, ""), 400, "images");
    refused(
        form()
            .file("image", png("a"))
            .file("image", png("b"))
            .field("n", "1")
            .post(gateway, INTERPOLATIONS),
        400,
        "n");
  }

  @Test
  void whatIsWrongWithAFormIsToldInOneSentence() throws Exception {
    TestingForm many = form().file("image", png("a"));
    for (int i = 0; i < 40; i++) {
      many.field("field" + i, "x");
    }
    refused(many.post(gateway, VARIATIONS), 400, "");
    refused(
        TestingForm.post(gateway, VARIATIONS, form().file("image", png("a")).unfinished()),
        400,
        "");
    refused(TestingForm.post(gateway, VARIATIONS, new byte[0]), 400, "image");
    refused(
        gateway
            .request(VARIATIONS)
            .header("content-type", "multipart/form-data")
            .POST(HttpRequest.BodyPublishers.ofByteArray(form().bytes())),
        400,
        "");
    refused(form().file("image", png("a")).field("n", "many").post(gateway, VARIATIONS), 400, "n");
    refused(
        form().file("image", png("a")).field("n", "1").field("n", "2").post(gateway, VARIATIONS),
        400,
        "n");
    refused(form().post(gateway, "/v1/images/generations"), 415, "");
    refused(form().post(gateway, "/v1/chat/completions"), 415, "");
  }

  /** A browser sends a form of any page without asking first, but with the page's origin. */
  @Test
  void aFormOfAnotherSiteIsRefused() throws Exception {
    HttpResponse<String> response =
        gateway.send(
            form()
                .file("image", png("a"))
                .post(gateway, VARIATIONS)
                .header("origin", "https://elsewhere.example"));
    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(gateway.streams.requests).isEmpty();
  }

  @Test
  void aFormBeyondTheLimitOfBodiesIsRefusedBeforeItIsRead() throws Exception {
    gateway.close();
    gateway = new TestingGateway("body-limit", "1000");
    gateway.streams.cards.add(TestingStreams.imageCard());
    refused(form().file("image", png(new byte[1000])).post(gateway, VARIATIONS), 413, "");
  }
}
