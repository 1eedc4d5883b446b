package dev.weir.gateway;

import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.ModelRegistry;
import dev.weir.stream.RequestPublisher;
import dev.weir.stream.StreamReader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the gateway reaches behind it. */
record Backend(RequestPublisher publisher, StreamReader reader, ModelRegistry registry) {

  /** Cards by model name; a model is served by one worker or more. */
  Map<String, List<ModelCard>> models() {
    Map<String, List<ModelCard>> models = new TreeMap<>();
    for (ModelCard card : registry.cards()) {
      models.merge(
          card.getModel(), List.of(card), (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
    }
    return models;
  }

  /**
   * @throws ApiException 404 that names what is served
   */
  void requireModel(String model) {
    if (registry.cards().stream().noneMatch(card -> card.getModel().equals(model))) {
      throw notServed(model);
    }
  }

  ApiException notServed(String model) {
    String served = String.join(", ", models().keySet());
    return new ApiException(
        404,
        ApiException.INVALID,
        "model_not_found",
        "model",
        "The model '"
            + Text.shortened(model)
            + "' is not served. "
            + (served.isEmpty()
                ? "No model is served now: no worker has reported one in the last 30 s."
                : "Served now: " + served + "."),
        0,
        null);
  }
}
