package dev.weir.proto;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Message;
import dev.weir.proto.v1.Sampling;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests as people write them, in the shape of the OpenAI API: fields of sampling lie flat beside
 * {@code model}; {@code stop} is a string or a list; {@code prompt} a string or a list of token
 * ids; the content of a message a string or a list of text parts, which are joined by line feeds
 * (as vLLM and llama.cpp do); {@code max_completion_tokens} is {@code max_tokens}; {@code logprobs}
 * true, or a number as in the older completions API, which is then {@code top_logprobs}.
 */
final class RequestJson {
  private static final Descriptor REQUEST = GenerationRequest.getDescriptor();
  private static final Descriptor SAMPLING = Sampling.getDescriptor();
  private static final FieldDescriptor NESTED_SAMPLING =
      REQUEST.findFieldByNumber(GenerationRequest.SAMPLING_FIELD_NUMBER);
  private static final FieldDescriptor PROMPT_TOKEN_IDS =
      REQUEST.findFieldByNumber(GenerationRequest.PROMPT_TOKEN_IDS_FIELD_NUMBER);
  private static final FieldDescriptor JSON_CHUNKS =
      REQUEST.findFieldByNumber(GenerationRequest.JSON_CHUNKS_FIELD_NUMBER);
  private static final FieldDescriptor TEMPLATE_VARIABLES =
      REQUEST.findFieldByNumber(GenerationRequest.CHAT_TEMPLATE_KWARGS_FIELD_NUMBER);
  private static final Descriptor MESSAGE = Message.getDescriptor();

  // Reads what the codec's own mapper has written: looser, for 1e5 comes back as 1E+5.
  private static final ObjectMapper VARIABLES =
      JsonCodec.mapper(new JsonLimits(JsonLimits.DEFAULT.maxDocumentBytes(), 1000), 1000);

  private final ObjectMapper mapper;
  private final UnknownFields unknown;
  private final JsonReader reader;

  RequestJson(ObjectMapper mapper, UnknownFields unknown) {
    this.mapper = mapper;
    this.unknown = unknown;
    this.reader = new JsonReader(unknown);
  }

  GenerationRequest read(JsonNode json, Set<String> handledByCaller) {
    if (!json.isObject()) {
      throw FieldPath.ROOT.wrongType("a request must be an object, not " + JsonReader.kind(json));
    }
    var request = GenerationRequest.newBuilder();
    var sampling = Sampling.newBuilder();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      String name = entry.getKey();
      if (!handledByCaller.contains(name)) {
        readField(name, entry.getValue(), request, sampling, FieldPath.ROOT.field(name));
      }
    }
    readLogprobs(json.path("logprobs"), sampling);
    readMaxCompletionTokens(json.path("max_completion_tokens"), sampling);
    // A request without any has no empty message either: the same request has one form.
    if (sampling.build().getSerializedSize() > 0) {
      request.setSampling(sampling);
    }
    return request.build();
  }

  private void readField(
      String name,
      JsonNode json,
      GenerationRequest.Builder request,
      Sampling.Builder sampling,
      FieldPath path) {
    switch (name) {
      case "logprobs", "max_completion_tokens" -> {} // after the fields that they change
      case "prompt" -> readPrompt(json, request, path);
      case "messages" -> readMessages(json, request, path);
      case "chat_template_kwargs" -> readTemplateVariables(json, request, path);
      case "stop" -> {
        if (json.isTextual()) {
          sampling.addStop(JsonReader.string(json, path));
        } else {
          reader.readField(json, sampling, SAMPLING.findFieldByName(name), path);
        }
      }
      default -> {
        if (OpenAiFields.skips(name, json, path)) {
          return;
        }
        FieldDescriptor field = REQUEST.findFieldByName(name);
        FieldDescriptor flat = SAMPLING.findFieldByName(name);
        if (field != null && field != JSON_CHUNKS) {
          reader.readField(json, request, field, path);
        } else if (flat != null) {
          reader.readField(json, sampling, flat, path);
        } else {
          unknown.add(path);
        }
      }
    }
  }

  private void readPrompt(JsonNode json, GenerationRequest.Builder request, FieldPath path) {
    if (json.isNull()) {
      return;
    }
    if (json.isTextual()) {
      request.setPrompt(JsonReader.string(json, path));
      return;
    }
    if (!json.isArray()) {
      throw path.wrongType("must be a string or a list of token ids, not " + JsonReader.kind(json));
    }
    if (json.isEmpty()) {
      throw path.wrongValue("must not be empty");
    }
    boolean isBatch = json.get(0).isTextual() || json.get(0).isArray();
    if (!isBatch) {
      reader.readField(json, request, PROMPT_TOKEN_IDS, path);
    } else if (json.size() == 1) {
      readPrompt(json.get(0), request, path.element(0));
    } else {
      throw path.unsupported("several prompts are not supported; publish a request for each");
    }
  }

  private void readMessages(JsonNode json, GenerationRequest.Builder request, FieldPath path) {
    if (json.isNull()) {
      return;
    }
    if (!json.isArray()) {
      throw path.wrongType("must be a list, not " + JsonReader.kind(json));
    }
    if (json.isEmpty()) {
      throw path.wrongValue("must not be empty; give at least one message");
    }
    for (int i = 0; i < json.size(); i++) {
      request.addMessages(readMessage(json.get(i), path.element(i)));
    }
  }

  private Message readMessage(JsonNode json, FieldPath path) {
    if (!json.isObject()) {
      throw path.wrongType("must be an object, not " + JsonReader.kind(json));
    }
    var message = Message.newBuilder();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      FieldPath at = path.field(entry.getKey());
      JsonNode value = entry.getValue();
      FieldDescriptor field = MESSAGE.findFieldByName(entry.getKey());
      if (entry.getKey().equals("content") && value.isArray()) {
        message.setContent(joinedParts(value, at));
      } else if (field != null) {
        reader.readField(value, message, field, at);
      } else if (!OpenAiFields.skipsInMessage(entry.getKey(), value, at)) {
        unknown.add(at);
      }
    }
    return message.build();
  }

  private String joinedParts(JsonNode parts, FieldPath path) {
    var text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      JsonNode part = parts.get(i);
      FieldPath at = path.element(i);
      if (!part.isObject()) {
        throw at.wrongType("must be an object, not " + JsonReader.kind(part));
      }
      String type = JsonReader.string(part.path("type"), at.field("type"));
      if (!type.equals("text")) {
        throw at.field("type")
            .unsupported(FieldPath.printable(type) + " is not supported; send parts of type text");
      }
      for (Map.Entry<String, JsonNode> entry : part.properties()) {
        switch (entry.getKey()) {
          case "type" -> {}
          case "text" -> {
            text.append(i == 0 ? "" : "\n");
            text.append(JsonReader.string(entry.getValue(), at.field("text")));
          }
          default -> unknown.add(at.field(entry.getKey()));
        }
      }
    }
    return text.toString();
  }

  private void readTemplateVariables(
      JsonNode json, GenerationRequest.Builder request, FieldPath path) {
    if (json.isNull()) {
      return;
    }
    if (!json.isObject()) {
      throw path.wrongType("must be an object, not " + JsonReader.kind(json));
    }
    try {
      request.setChatTemplateKwargs(JsonReader.wellFormed(mapper.writeValueAsString(json), path));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that was read can be written", e);
    }
  }

  private static void readLogprobs(JsonNode json, Sampling.Builder sampling) {
    if (json.isMissingNode() || json.isNull()) {
      return;
    }
    FieldPath path = FieldPath.ROOT.field("logprobs");
    if (json.isBoolean()) {
      sampling.setLogprobs(json.booleanValue());
    } else if (json.isNumber()) {
      sampling.setLogprobs(true);
      if (!sampling.hasTopLogprobs()) {
        sampling.setTopLogprobs(
            (int) JsonReader.integer(json, Integer.MIN_VALUE, Integer.MAX_VALUE, path));
      }
    } else {
      throw path.wrongType("must be true or false, not " + JsonReader.kind(json));
    }
  }

  private static void readMaxCompletionTokens(JsonNode json, Sampling.Builder sampling) {
    if (json.isMissingNode() || json.isNull()) {
      return;
    }
    FieldPath path = FieldPath.ROOT.field("max_completion_tokens");
    int most = (int) JsonReader.integer(json, Integer.MIN_VALUE, Integer.MAX_VALUE, path);
    if (sampling.hasMaxTokens() && sampling.getMaxTokens() != most) {
      throw path.wrongValue("differs from max_tokens; give one of them");
    }
    sampling.setMaxTokens(most);
  }

  /** The canonical form: lists are lists, aliases are not used, absent fields are left out. */
  static void write(GenerationRequest request, JsonGenerator json) throws IOException {
    var writer = new JsonWriter(json);
    json.writeStartObject();
    for (FieldDescriptor field : REQUEST.getFields()) {
      if (field == NESTED_SAMPLING) {
        for (FieldDescriptor flat : SAMPLING.getFields()) {
          writer.writeField(request.getSampling(), flat);
        }
      } else if (field == TEMPLATE_VARIABLES) {
        if (!request.getChatTemplateKwargs().isEmpty()) {
          json.writeFieldName(field.getName());
          json.writeTree(templateVariables(request));
        }
      } else if (field != JSON_CHUNKS) {
        writer.writeField(request, field);
      }
    }
    json.writeEndObject();
  }

  private static JsonNode templateVariables(GenerationRequest request) {
    JsonNode tree = parsedTemplateVariables(request);
    if (tree == null) {
      throw new IllegalArgumentException("chat_template_kwargs holds no JSON object");
    }
    return tree;
  }

  /** The variables as a tree; null if they are no JSON object. */
  static @Nullable JsonNode parsedTemplateVariables(GenerationRequest request) {
    try {
      JsonNode tree = VARIABLES.readTree(request.getChatTemplateKwargs());
      return tree.isObject() ? tree : null;
    } catch (JsonProcessingException | NumberFormatException e) {
      return null;
    }
  }
}
