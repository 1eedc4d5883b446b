package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.FinishReason;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One tenant does not take all places of the gateway. */
final class TenantLimitTest {
  private static final String ASK = "{\"model\":\"smollm2\",\"prompt\":\"Hi\"%s}";
  private static final String ADA = "key-of-ada-1";
  private static final String BOB = "key-of-bob-1";

  private final TestingGateway gateway =
      new TestingGateway("max-outstanding-per-tenant", "2", "api-keys", ADA + "," + BOB);
  private final TestingStreams streams = gateway.streams;

  @AfterEach
  void stop() {
    gateway.close();
  }

  private HttpRequest.Builder ask(String key, String more) {
    return gateway
        .post("/v1/completions", ASK.formatted(more))
        .header("authorization", "Bearer " + key);
  }

  private double mostOfATenant() {
    return gateway.metrics.get("weir.gateway.tenant.outstanding.max").gauge().value();
  }

  private void answer(String id) {
    streams.answer(id, FinishReason.FINISH_REASON_STOP, "a");
  }

  @Test
  void aTenantBeyondItsLimitIs429AndAnotherIsServed() throws Exception {
    CompletableFuture<HttpResponse<String>> two = gateway.sendAsync(ask(ADA, ",\"n\":2"));
    String first = streams.takeRequest().id();
    String second = streams.takeRequest().id();
    assertThat(mostOfATenant()).isEqualTo(2);

    HttpResponse<String> refused = gateway.send(ask(ADA, ""));
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
    assertThat(error(refused).get("code").textValue()).isEqualTo("rate_limit_exceeded");
    assertThat(error(refused).get("type").textValue()).isEqualTo("rate_limit_error");
    assertThat(error(refused).get("message").textValue()).contains("max-outstanding-per-tenant");
    assertThat(gateway.metrics.get("weir.gateway.refused").tag("limit", "tenant").functionCounter())
        .satisfies(counter -> assertThat(counter.count()).isEqualTo(1));

    CompletableFuture<HttpResponse<String>> other = gateway.sendAsync(ask(BOB, ""));
    answer(streams.takeRequest().id());
    assertThat(other.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);

    answer(first); // one place is free before the whole call ends
    Eventually.that(() -> assertThat(mostOfATenant()).isEqualTo(1));
    CompletableFuture<HttpResponse<String>> again = gateway.sendAsync(ask(ADA, ""));
    answer(streams.takeRequest().id());
    assertThat(again.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    answer(second);
    assertThat(two.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    Eventually.that(() -> assertThat(mostOfATenant()).isZero());
  }

  @Test
  void aClientThatGoesGivesItsPlacesBack() throws Exception {
    CompletableFuture<HttpResponse<String>> two = gateway.sendAsync(ask(ADA, ",\"n\":2"));
    streams.takeRequest();
    streams.takeRequest();
    assertThat(gateway.send(ask(ADA, "")).statusCode()).isEqualTo(429);
    two.cancel(true);
    Eventually.that(() -> assertThat(mostOfATenant()).isZero());
    CompletableFuture<HttpResponse<String>> again = gateway.sendAsync(ask(ADA, ""));
    answer(streams.takeRequest().id());
    assertThat(again.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void aSocketCountsForItsTenantToo() throws Exception {
    String submit =
        "{\"type\":\"submit\",\"ref\":\"r\",\"request\":{\"model\":\"smollm2\",\"prompt\":\"Hi\"}}";
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send("{\"type\":\"auth\",\"key\":\"" + ADA + "\"}");
      for (int i = 0; i < 2; i++) {
        socket.send(submit);
        assertThat(socket.next().get("type").textValue()).isEqualTo("accepted");
      }
      socket.send(submit);
      assertThat(socket.next().get("code").textValue()).isEqualTo("rate_limit_exceeded");
      assertThat(gateway.send(ask(ADA, "")).statusCode()).isEqualTo(429);
    }
    Eventually.that(() -> assertThat(mostOfATenant()).isZero());
  }
}
