package dev.weir.gateway;

import dev.weir.proto.ErrorCodes;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.ModelRegistry;
import dev.weir.stream.RequestPublisher;
import dev.weir.stream.StreamReader;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
   * For a route whose answers are of that kind.
   *
   * @throws ApiException 404 that names what is served, 400 that names the route of such a model
   */
  void requireModel(String model, ModelKind kind) {
    Set<ModelKind> served = kindsOf(model);
    if (!served.contains(kind)) {
      ModelKind other = served.iterator().next();
      throw ApiException.invalid(
          "model",
          "wrong_model_kind",
          "model: '%s' %s; %s".formatted(Text.shortened(model), other.does(), other.route()));
    }
  }

  /**
   * For a request in the product's own form, which tells by {@code image} what it wants.
   *
   * @throws ApiException 404 that names what is served, 400 that names the field
   */
  void requireModelFor(GenerationRequest request) {
    String model = request.getModel();
    Set<ModelKind> served = kindsOf(model);
    if (request.hasImage() && !served.contains(ModelKind.IMAGE)) {
      throw ApiException.invalid(
          "image",
          "wrong_model_kind",
          "image: the model '%s' writes text; leave image out".formatted(Text.shortened(model)));
    }
    if (!request.hasImage() && !served.contains(ModelKind.TEXT)) {
      throw ApiException.invalid(
          "image",
          ErrorCodes.MISSING_REQUIRED_PARAMETER,
          "image: is missing; the model '%s' draws pictures: {\"n\":1} asks for one"
              .formatted(Text.shortened(model)));
    }
  }

  /** Of all workers of a model that is served; not empty. */
  private Set<ModelKind> kindsOf(String model) {
    Set<ModelKind> kinds = EnumSet.noneOf(ModelKind.class);
    for (ModelCard card : registry.cards()) {
      if (card.getModel().equals(model)) {
        kinds.add(ModelKind.of(card));
      }
    }
    if (kinds.isEmpty()) {
      throw notServed(model);
    }
    return kinds;
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
