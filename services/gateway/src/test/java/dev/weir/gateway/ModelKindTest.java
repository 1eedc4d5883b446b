package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Models of texts and models of pictures, asked for the other. */
final class ModelKindTest {
  private TestingGateway gateway;

  @BeforeEach
  void start() {
    gateway = new TestingGateway();
    gateway.streams.cards.add(TestingStreams.imageCard());
  }

  @AfterEach
  void stop() {
    assertThat(gateway.streams.requests).isEmpty();
    gateway.close();
  }

  private void assertRefused(String path, String body, String code, String param, String words)
      throws Exception {
    HttpResponse<String> response = gateway.send(gateway.post(path, body.replace('\'', '"')));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(error(response).path("code").asText()).isEqualTo(code);
    assertThat(error(response).path("param").asText()).isEqualTo(param);
    assertThat(error(response).path("message").asText()).contains(words);
  }

  @Test
  void aModelThatDrawsIsNotAskedForText() throws Exception {
    assertRefused(
        "/v1/chat/completions",
        "{'model':'pixel','messages':[{'role':'user','content':'Hi'}]}",
        "wrong_model_kind",
        "model",
        "'pixel' draws pictures; ask it at /v1/images/generations");
    assertRefused(
        "/v1/completions",
        "{'model':'pixel','prompt':'Hi'}",
        "wrong_model_kind",
        "model",
        "/v1/images/generations");
  }

  @Test
  void aModelThatWritesIsNotAskedForPictures() throws Exception {
    assertRefused(
        "/v1/images/generations",
        "{'model':'smollm2','prompt':'a hat'}",
        "wrong_model_kind",
        "model",
        "'smollm2' writes text; ask it at /v1/chat/completions");
  }

  @Test
  void aNativeRequestTellsByImageWhatItWants() throws Exception {
    assertRefused(
        "/v1/requests",
        "{'model':'smollm2','prompt':'a hat','image':{'n':1}}",
        "wrong_model_kind",
        "image",
        "leave image out");
    assertRefused(
        "/v1/requests",
        "{'model':'pixel','prompt':'a hat'}",
        "missing_required_parameter",
        "image",
        "draws pictures");
    HttpResponse<String> taken =
        gateway.send(
            gateway.post(
                "/v1/requests", "{\"model\":\"pixel\",\"prompt\":\"\",\"image\":{\"n\":2}}"));
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
    assertThat(gateway.streams.takeRequest().request().getImage().getN()).isEqualTo(2);
  }

  @Test
  void aSubmitOnASocketTellsTheSame() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      String submit = "{\"type\":\"submit\",\"ref\":\"r\",\"request\":{\"model\":\"%s\"%s}}";
      socket.send(submit.formatted("pixel", ",\"prompt\":\"x\""));
      JsonNode refused = socket.next();
      assertThat(refused.path("ref").asText()).isEqualTo("r");
      assertThat(refused.path("field").asText()).isEqualTo("image");
      socket.send(submit.formatted("smollm2", ",\"prompt\":\"x\",\"image\":{}"));
      assertThat(socket.next().path("code").asText()).isEqualTo("wrong_model_kind");
    }
  }

  @Test
  void theListOfModelsTellsTheKind() throws Exception {
    JsonNode models = TestingGateway.json(gateway.get("/v1/models").body()).path("data");
    assertThat(models.get(0).path("id").asText()).isEqualTo("pixel");
    assertThat(models.get(0).path("kind").asText()).isEqualTo("image");
    assertThat(models.get(1).path("kind").asText()).isEqualTo("text");
  }
}
