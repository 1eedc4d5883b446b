package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.FinishReason;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OperationTest {
  private TestingGateway gateway;

  @BeforeEach
  void start() {
    gateway = new TestingGateway();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void readinessFollowsKafkaAndLivenessDoesNot() throws Exception {
    assertThat(gateway.get("/health/ready").statusCode()).isEqualTo(200);
    gateway.kafkaAnswers = false;
    var ready = gateway.get("/health/ready");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(json(ready.body()).get("status").textValue()).isEqualTo("kafka does not answer");
    assertThat(gateway.get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsTellRoutesAndStatusesButNothingThatStrangersChoose() throws Exception {
    var answer =
        gateway.sendAsync(
            gateway.post(
                "/v1/completions", "{\"model\":\"smollm2\",\"prompt\":\"a secret prompt\"}"));
    var sent = gateway.streams.takeRequest();
    gateway.streams.answer(sent.id(), FinishReason.FINISH_REASON_STOP, "a");
    answer.get();
    gateway.get("/v1/models/strange-name");
    gateway.get("/strange-path?strange=query");
    gateway.send(gateway.request("/v1/models").method("STRANGE", BodyPublishers.noBody()));

    var metrics = gateway.get("/metrics");
    assertThat(metrics.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
    assertThat(metrics.body())
        .contains(
            "weir_gateway_requests_seconds_count{method=\"POST\",route=\"/v1/completions\","
                + "status=\"200\"} 1")
        .contains("route=\"/v1/models/:model\",status=\"404\"")
        .contains("route=\"none\",status=\"404\"")
        .contains("weir_gateway_time_to_first_token_seconds_bucket{le=\"0.001\"}")
        .contains("weir_gateway_outstanding 0.0")
        .contains("weir_gateway_received_bytes_total")
        .contains("weir_gateway_sent_bytes_total")
        .contains("vertx_http_server_requests_total")
        .doesNotContainIgnoringCase("strange")
        .doesNotContain("secret")
        .doesNotContain(sent.id());
  }

  @Test
  void modelsAreTheUnionOfWhatWorkersReport() throws Exception {
    gateway.streams.cards.add(
        TestingStreams.card("smollm2").toBuilder()
            .setWorker("worker-2")
            .setContextLength(1024)
            .setRunning(3)
            .build());
    gateway.streams.cards.add(TestingStreams.card("another"));
    var list = json(gateway.get("/v1/models").body());
    assertThat(list.get("object").textValue()).isEqualTo("list");
    assertThat(list.get("data").findValuesAsText("id")).containsExactly("another", "smollm2");
    var one = json(gateway.get("/v1/models/smollm2").body());
    assertThat(one.get("object").textValue()).isEqualTo("model");
    assertThat(one.get("created").longValue()).isEqualTo(1_700_000_000L);
    assertThat(one.get("max_model_len").intValue()).isEqualTo(1024);
    assertThat(one.at("/weir/workers").intValue()).isEqualTo(2);
    assertThat(one.at("/weir/slots").intValue()).isEqualTo(16);
    assertThat(one.at("/weir/running").intValue()).isEqualTo(3);
  }

  @Test
  void aModelThatDrawsHasNoLength() throws Exception {
    gateway.streams.cards.add(
        TestingStreams.card("vae").toBuilder().setKind("image").setContextLength(0).build());
    var one = json(gateway.get("/v1/models/vae").body());
    assertThat(one.get("kind").textValue()).isEqualTo("image");
    assertThat(one.has("max_model_len")).isFalse();
  }

  @Test
  void documentsAreServedOnceAndThenNotAgain() throws Exception {
    var first = gateway.get("/openapi.yaml");
    assertThat(first.body()).startsWith("openapi: 3.1.0");
    assertThat(first.headers().firstValue("content-type")).hasValue("application/yaml");
    String etag = first.headers().firstValue("etag").orElseThrow();
    var again = gateway.send(gateway.request("/openapi.yaml").header("if-none-match", etag));
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();

    var packed = gateway.open(gateway.request("/openapi.yaml").header("accept-encoding", "gzip"));
    assertThat(packed.get().headers().firstValue("content-encoding")).hasValue("gzip");
    try (var unpacked = new GZIPInputStream(packed.get().body())) {
      assertThat(unpacked).hasContent(first.body());
    }
  }

  @Test
  void thePageIsServedAndItsHeadWithoutIt() throws Exception {
    var page = gateway.get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    var head = gateway.send(gateway.request("/").method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("etag")).isEqualTo(page.headers().firstValue("etag"));
    var script = gateway.get("/js/main.js");
    assertThat(script.headers().firstValue("content-type"))
        .hasValue("text/javascript; charset=utf-8");
  }

  @Test
  void filesAreServedWithAPolicyThatKnowsNoInlineScript() throws Exception {
    var response = gateway.get("/openapi.yaml");
    String policy = response.headers().firstValue("content-security-policy").orElseThrow();
    assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe");
    assertThat(response.headers().firstValue("x-content-type-options")).hasValue("nosniff");
  }

  @Test
  void noFileBesideThePageIsServed() throws Exception {
    for (String path :
        new String[] {"/dev/weir/gateway/Gateway.class", "/../logback.xml", "/%2e%2e/x"}) {
      assertThat(gateway.send(gateway.request(path)).statusCode()).as(path).isIn(400, 404);
    }
  }
}
