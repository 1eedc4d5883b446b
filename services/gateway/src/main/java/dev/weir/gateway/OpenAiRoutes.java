package dev.weir.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.proto.v1.ModelCard;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The OpenAI API: chat completions, completions, models. */
final class OpenAiRoutes {
  private final GatewayServices services;
  private final Asking asking;

  OpenAiRoutes(GatewayServices services, Asking asking) {
    this.services = services;
    this.asking = asking;
  }

  void chat(RoutingContext ctx) {
    byte[] body = RequestBodies.of(ctx);
    OpenAiCall call = services.parser().chat(body, ctx.request().headers());
    answer(ctx, body, call, new ChatFormat(call.logprobs()));
  }

  void completion(RoutingContext ctx) {
    byte[] body = RequestBodies.of(ctx);
    OpenAiCall call = services.parser().completion(body, ctx.request().headers());
    answer(ctx, body, call, new CompletionFormat(call.logprobs(), call.echoes()));
  }

  private void answer(RoutingContext ctx, byte[] body, OpenAiCall call, AnswerFormat format) {
    services.backend().requireModel(call.model(), ModelKind.TEXT);
    asking.ask(
        ctx,
        body,
        call.requests(),
        call.weir(),
        !call.stream(),
        (requestId, generation, onStalled) -> {
          AnswerWriter writer =
              new AnswerWriter(
                  format, requestId, services.nowMs() / 1000, call.model(), call.includeUsage());
          return call.stream()
              ? new StreamingReply(ctx, services, writer, call, generation, onStalled)
              : new WholeReply(ctx, services, writer, call);
        });
  }

  void models(RoutingContext ctx) {
    Map<String, List<ModelCard>> models = services.backend().models();
    String body =
        Json.text(json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (List<ModelCard> cards : models.values()) {
            writeModel(json, cards);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(body);
  }

  void model(RoutingContext ctx) {
    String name = ctx.pathParam("model");
    List<ModelCard> cards = services.backend().models().get(name);
    if (cards == null) {
      throw services.backend().notServed(name);
    }
    String body = Json.text(json -> writeModel(json, cards));
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(body);
  }

  /** OpenAI's model object, vLLM's {@code max_model_len}, and what else the cards tell. */
  private static void writeModel(JsonGenerator json, List<ModelCard> cards) throws IOException {
    ModelCard first = cards.getFirst();
    json.writeStartObject();
    json.writeStringField("id", first.getModel());
    json.writeStringField("object", "model");
    long ready = cards.stream().mapToLong(ModelCard::getReadyMs).min().orElse(0);
    json.writeNumberField("created", ready / 1000);
    json.writeStringField("owned_by", "weir");
    // What every worker of the model can do.
    int context = cards.stream().mapToInt(ModelCard::getContextLength).min().orElse(0);
    if (ModelKind.of(first) == ModelKind.TEXT) {
      json.writeNumberField("max_model_len", context);
    }
    json.writeStringField("kind", ModelKind.of(first).name().toLowerCase(Locale.ROOT));
    json.writeObjectFieldStart("weir");
    json.writeStringField("family", first.getFamily());
    json.writeBooleanField("chat", cards.stream().allMatch(ModelCard::getChat));
    json.writeNumberField("workers", cards.size());
    json.writeNumberField("slots", cards.stream().mapToInt(ModelCard::getSlots).sum());
    json.writeNumberField("running", cards.stream().mapToInt(ModelCard::getRunning).sum());
    json.writeStringField("precision", first.getPrecision());
    json.writeStringField("backend", first.getBackend());
    json.writeStringField("numerics_id", first.getNumericsId());
    json.writeEndObject();
    json.writeEndObject();
  }
}
