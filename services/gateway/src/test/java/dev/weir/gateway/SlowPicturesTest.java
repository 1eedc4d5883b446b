package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.proto.v1.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Readers of pictures that take less than is made. */
final class SlowPicturesTest {
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int PICTURES = 40;
  private static final int PREVIEWS = 10; // of each
  private static final byte[] PREVIEW = TestingImages.png(new byte[100_000]);

  // Together more than the buffers of both sockets' ends take.
  private static final byte[] PICTURE = TestingImages.png(new byte[900_000]);

  private final TestingGateway gateway =
      new TestingGateway("stream-window-bytes", Integer.toString(WINDOW_BYTES));
  private final TestingStreams streams = gateway.streams;

  SlowPicturesTest() {
    streams.cards.add(TestingStreams.imageCard());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private double gauge(String name) {
    return gateway.metrics.get(name).gauge().value();
  }

  private double count(String name) {
    return gateway.metrics.get(name).functionCounter().count();
  }

  private void preview(String id, int picture) {
    for (int step = 1; step <= PREVIEWS; step++) {
      streams.preview(id, picture, step, PREVIEW);
    }
  }

  /** Of 40 pictures 40 MB of previews and 36 MB of pictures. */
  private void draw(String id, int pictures) {
    streams.started(id);
    for (int i = 0; i < pictures; i++) {
      preview(id, i);
      streams.picture(id, i, i == pictures - 1, PICTURE);
    }
  }

  @Test
  void aReaderThatTakesNothingMissesPreviewsAndNoPicture() throws Exception {
    gateway.send(
        gateway.post("/v1/requests", "{\"model\":\"pixel\",\"image\":{\"n\":10,\"previews\":10}}"));
    String id = streams.takeRequest().id();
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      client.get("/v1/streams/" + id);
      draw(id, PICTURES);
      Eventually.that(() -> assertThat(count("weir.gateway.previews.dropped")).isPositive());
      Eventually.that(() -> assertThat(gauge("weir.gateway.stalled")).isEqualTo(1));
      assertThat(gauge("weir.gateway.chunks.held.size")).isLessThanOrEqualTo(WINDOW_BYTES);
      streams.finished(id, FinishReason.FINISH_REASON_STOP, PICTURES);
      String all = client.readAll();
      assertThat(all.split("event: image\n", -1)).hasSize(PICTURES + 1);
      assertThat(all.split("event: preview\n", -1).length - 1)
          .isBetween(1, PICTURES * PREVIEWS - 1);
      assertThat(all).contains("event: finished");
    }
    Eventually.that(() -> assertThat(gauge("weir.gateway.chunks.held.size")).isZero());
  }

  @Test
  void theSameHoldsForTheStreamOfACall() throws Exception {
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      client.post(
          "/v1/images/generations",
          "{\"model\":\"pixel\",\"n\":10,\"stream\":true,\"partial_images\":10}");
      int n = 10; // the most of a call
      String id = streams.takeRequest().id();
      draw(id, n);
      Eventually.that(() -> assertThat(count("weir.gateway.previews.dropped")).isPositive());
      assertThat(gauge("weir.gateway.chunks.held.size")).isLessThanOrEqualTo(WINDOW_BYTES);
      streams.finished(id, TestingImages.finished(FinishReason.FINISH_REASON_STOP, n));
      String all = client.readAll();
      assertThat(all.split("event: " + ImageWriter.COMPLETED, -1)).hasSize(n + 1);
      assertThat(all).contains("unread_words");
    }
  }

  @Test
  void aSocketThatDoesNotReadMissesPreviewsAndNoPicture() throws Exception {
    try (TestingSlowClient client = new TestingSlowClient(gateway)) {
      client.upgrade("/v1/ws");
      client.send(
          "{\"type\":\"submit\",\"ref\":\"r\",\"credit\":1000000,"
              + "\"request\":{\"model\":\"pixel\",\"image\":{\"n\":10,\"previews\":10}}}");
      String id = streams.takeRequest().id();
      draw(id, PICTURES);
      Eventually.that(() -> assertThat(count("weir.gateway.previews.dropped")).isPositive());
      Eventually.that(() -> assertThat(gauge("weir.gateway.stalled")).isEqualTo(1));
      assertThat(gauge("weir.gateway.chunks.held.size")).isLessThanOrEqualTo(WINDOW_BYTES);
      streams.finished(id, FinishReason.FINISH_REASON_STOP, PICTURES);
      List<Integer> pictures = new ArrayList<>();
      JsonNode message = client.next();
      while (!message.path("type").asText().equals("finished")) {
        if (message.path("type").asText().equals("image")) {
          pictures.add(message.path("first_index").asInt(-1));
        }
        message = client.next();
      }
      assertThat(pictures).isEqualTo(IntStream.range(0, PICTURES).boxed().toList());
    }
  }

  @Test
  void aPictureTakesCreditByItsSizeAndPreviewsTakeNone() throws Exception {
    try (TestingSocket socket = new TestingSocket(gateway)) {
      socket.send(
          "{\"type\":\"submit\",\"ref\":\"r\",\"credit\":2,"
              + "\"request\":{\"model\":\"pixel\",\"image\":{\"n\":4}}}");
      String id = streams.takeRequest().id();
      byte[] small = TestingImages.png("small");
      byte[] large = TestingImages.png(new byte[3 * SocketStream.BYTES_OF_CREDIT]); // takes 4
      streams.started(id);
      streams.preview(id, 0, 1, small);
      streams.preview(id, 0, 2, small);
      streams.picture(id, 0, false, small);
      streams.picture(id, 1, false, large);
      streams.preview(id, 2, 1, small); // passed over: there is no credit left
      streams.picture(id, 2, false, small);
      assertThat(types(socket, 6))
          .containsExactly("accepted", "started", "preview", "preview", "image", "image");
      socket.send("{\"type\":\"credit\",\"id\":\"%s\",\"n\":3}".formatted(id));
      socket.send("{\"type\":\"ping\"}");
      assertThat(types(socket, 1)).containsExactly("pong"); // 1 - 4 + 3 is none yet
      socket.send("{\"type\":\"credit\",\"id\":\"%s\",\"n\":1}".formatted(id));
      JsonNode third = socket.next();
      assertThat(third.path("first_index").asInt()).isEqualTo(2);
      assertThat(third.path("data").asText()).isEqualTo(TestingImages.base64(small));
      assertThat(third.path("cursor").asText()).isNotEmpty();

      // A reading behind that cursor goes on with the next picture.
      try (TestingSocket other = new TestingSocket(gateway)) {
        other.send(
            "{\"type\":\"follow\",\"id\":\"%s\",\"after\":%s}".formatted(id, third.get("cursor")));
        streams.picture(id, 3, true, small);
        streams.finished(id, TestingImages.finished(FinishReason.FINISH_REASON_STOP, 4));
        assertThat(other.next().path("first_index").asInt()).isEqualTo(3);
        assertThat(other.next().at("/warnings/0/words/0").asText()).isEqualTo("sword");
      }
    }
  }

  private static List<String> types(TestingSocket socket, int count) throws InterruptedException {
    List<String> types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      types.add(socket.next().path("type").asText());
    }
    return types;
  }
}
