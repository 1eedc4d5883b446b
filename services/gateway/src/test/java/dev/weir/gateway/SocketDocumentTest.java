package dev.weir.gateway;

import static dev.weir.gateway.TestingGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.TokenLogprob;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The channel {@code /v1/ws} of {@code proto/asyncapi.yaml} and the gateway tell the same. */
final class SocketDocumentTest {

  @Test
  void everyMessageIsOfTheDocumentedShape() throws Exception {
    OpenApiDocument document = OpenApiDocument.load("asyncapi.yaml");
    Set<String> seen = new HashSet<>();
    try (TestingGateway gateway = new TestingGateway();
        TestingSocket socket = new TestingSocket(gateway)) {
      TestingStreams streams = gateway.streams;
      send(document, socket, "{'type':'auth','key':'k'}");
      send(
          document,
          socket,
          "{'type':'submit','ref':'a','request':{'model':'smollm2','prompt':'x'},'detach':true,"
              + "'credit':3}");
      String id = streams.takeRequest().id();
      streams.started(id);
      streams.tokens(
          id,
          0,
          "a",
          TokenLogprob.newBuilder().setBytes(ByteString.copyFromUtf8("a")).setLogprob(-1).build());
      streams.preview(id, 0, 1, TestingImages.png("half"));
      streams.picture(id, 1, false, TestingImages.png("whole"));
      streams.storedPicture(id, 2, true, "http://store/b.png", new byte[32]);
      streams.finished(id, TestingImages.finished(FinishReason.FINISH_REASON_STOP, 3));
      send(document, socket, "{'type':'follow','id':'018f-7','after':'0-1','credit':0}");
      send(document, socket, "{'type':'unfollow','id':'018f-7'}");
      send(document, socket, "{'type':'credit','id':'018f-7','n':1}");
      send(document, socket, "{'type':'cancel','id':'018f-7'}");
      send(document, socket, "{'type':'ping'}");
      while (seen.size() < 9) {
        JsonNode message = socket.next();
        String type = message.get("type").textValue();
        assertThat(document.validate(schema(type), message)).as(message.toString()).isEmpty();
        seen.add(type);
        if (type.equals("pong") && !seen.contains("error")) {
          socket.send("{\"type\":\"follow\",\"id\":\"018f-404\"}");
        }
      }
    }
  }

  @Test
  void theChannelNamesEveryMessage() throws Exception {
    JsonNode channel = OpenApiDocument.load("asyncapi.yaml").tree().at("/channels/socket");
    assertThat(channel.get("address").textValue()).isEqualTo(SocketRoute.PATH);
    Set<String> documented = new TreeSet<>();
    channel.get("messages").fieldNames().forEachRemaining(documented::add);
    Set<String> known =
        new TreeSet<>(
            List.of(
                "accepted",
                "started",
                "tokens",
                "preview",
                "image",
                "finished",
                "error",
                "cancelled",
                "pong"));
    for (Class<?> command : SocketCommand.class.getPermittedSubclasses()) {
      known.add(command.getSimpleName().toLowerCase(Locale.ROOT));
    }
    assertThat(documented).isEqualTo(known);
  }

  private static void send(OpenApiDocument document, TestingSocket socket, String message) {
    JsonNode json = json(message.replace('\'', '"'));
    assertThat(document.validate(schema(json.get("type").textValue()), json)).as(message).isEmpty();
    socket.send(json.toString());
  }

  private static String schema(String type) {
    return "/components/schemas/Socket"
        + type.substring(0, 1).toUpperCase(Locale.ROOT)
        + type.substring(1);
  }
}
