package dev.weir.standalone.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.v1.ModelCard;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/** What the JVM should have seen before its classes are stored for the next start (JEP 483). */
final class TrainingRun {
  private TrainingRun() {}

  static void answerOne(URI weir, List<ModelCard> served) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      http.send(
          HttpRequest.newBuilder(weir.resolve("/v1/models")).build(),
          HttpResponse.BodyHandlers.discarding());
      for (ModelCard card :
          served.stream().filter(card -> card.getKind().equals("text")).limit(1).toList()) {
        http.send(
            HttpRequest.newBuilder(
                    weir.resolve(card.getChat() ? "/v1/chat/completions" : "/v1/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request(card)))
                .build(),
            HttpResponse.BodyHandlers.discarding());
      }
    }
  }

  private static String request(ModelCard card) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("model", card.getModel()).put("stream", true).put("max_tokens", 8);
    if (card.getChat()) {
      json.putArray("messages").addObject().put("role", "user").put("content", "Hello");
    } else {
      json.put("prompt", "Hello");
    }
    return json.toString();
  }
}
