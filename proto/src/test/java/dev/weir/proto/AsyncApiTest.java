package dev.weir.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code asyncapi.yaml} is AsyncAPI 3.0, and says of the records what the code does. */
final class AsyncApiTest {
  private static final JsonNode DOCUMENT = read(new YAMLMapper(), Path.of("asyncapi.yaml"));
  private static final JsonNode SCHEMAS = DOCUMENT.at("/components/schemas");
  private static final JsonSchemaFactory DRAFT_7 = JsonSchemaFactory.getInstance(VersionFlag.V7);

  static List<Vector> vectors() {
    return Vector.all();
  }

  @Test
  void theDocumentIsAsyncApi3() {
    JsonSchema schema =
        DRAFT_7.getSchema(
            read(
                new ObjectMapper(),
                Path.of("src/test/resources/asyncapi/asyncapi-3.0.0.schema.json")));
    assertThat(schema.validate(DOCUMENT)).isEmpty();

    ObjectNode broken = DOCUMENT.deepCopy();
    ((ObjectNode) broken.at("/operations/writeChunks")).put("action", "publish"); // AsyncAPI 2
    assertThat(schema.validate(broken)).isNotEmpty();
  }

  @Test
  void theExamplesOfTheDocumentAreRequests() {
    JsonNode examples = DOCUMENT.at("/components/messages/requestJson/examples");
    assertThat(examples).isNotEmpty();
    for (JsonNode example : examples) {
      JsonNode payload = example.get("payload");
      assertThat(payload("GenerationRequest").validate(payload)).isEmpty();
      Decoded<GenerationRequest> request =
          new JsonCodec().decode((ObjectNode) payload, GenerationRequest.getDefaultInstance());
      assertThat(request.unknownFields()).isEmpty();
      new RequestValidator().validate(request.message());
    }
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    List<String> references =
        DOCUMENT.findValues("$ref").stream().map(JsonNode::textValue).toList();
    assertThat(references).isNotEmpty();
    assertThat(references)
        .allMatch(reference ->
            reference.startsWith("#")
                ? !DOCUMENT.at(reference.substring(1)).isMissingNode()
                : Files.exists(Path.of(reference)));
  }

  @Test
  void allTopicsAreChannelsOfRecordsInBothForms() {
    Set<String> topics = new TreeSet<>();
    for (JsonNode channel : DOCUMENT.get("channels")) {
      if (channel.has("servers") && channel.at("/servers/0/$ref").textValue().endsWith("/kafka")) {
        topics.add(channel.get("address").textValue());
        Set<String> contentTypes = new TreeSet<>();
        for (JsonNode message : channel.get("messages")) {
          resolved(message)
              .get("traits")
              .forEach(trait -> contentTypes.add(resolved(trait).path("contentType").asText("")));
        }
        contentTypes.remove("");
        assertThat(contentTypes)
            .containsExactly(ContentType.JSON.mediaType(), ContentType.PROTOBUF.mediaType());
      }
    }
    assertThat(topics)
        .containsExactlyInAnyOrder(
            "weir.requests.{model}",
            "weir.chunks",
            "weir.control",
            "weir.models",
            "weir.results",
            "weir.dead");
  }

  @Test
  void everyHeaderIsDescribed() throws Exception {
    Set<String> described = new TreeSet<>();
    for (String name :
        List.of("Headers", "CloudEventHeaders", "TraceHeaders", "RequestHeaders", "DeadHeaders")) {
      SCHEMAS
          .get(name)
          .findValues("properties")
          .forEach(properties -> properties.fieldNames().forEachRemaining(described::add));
    }
    Set<String> names = new TreeSet<>();
    for (var field : HeaderNames.class.getFields()) {
      names.add((String) field.get(null));
    }
    assertThat(described).isEqualTo(names);
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void everyTestVectorSatisfiesItsSchema(Vector vector) {
    String type = vector.type().getDescriptorForType().getName();
    assertThat(payload(type).validate(vector.tree())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void theSchemaRefusesAWrongTypeInAnyPlace(Vector vector) {
    JsonSchema schema = payload(vector.type().getDescriptorForType().getName());
    List<JsonPlace> places = JsonPlace.in(vector.tree().deepCopy());
    assertThat(places).isNotEmpty();
    for (JsonPlace place : places) {
      JsonNode right = place.value();
      place.set().accept(place.wrongType());
      Set<ValidationMessage> found = schema.validate(place.root());
      assertThat(found).as("%s of a wrong type in %s", place.path(), vector).isNotEmpty();
      place.set().accept(right);
    }
  }

  @Test
  void fieldsAreThoseOfTheProtoFilesAndOfTheSameTypes() {
    Map<String, Descriptor> types = new TreeMap<>();
    Vector.RECORDS.forEach(record -> collect(record.getDescriptorForType(), types));
    for (Descriptor type : types.values()) {
      assertThat(SCHEMAS.has(type.getName())).as("schema %s", type.getName()).isTrue();
      JsonNode properties = SCHEMAS.get(type.getName()).get("properties");
      Set<String> expected = new TreeSet<>();
      for (FieldDescriptor field : type.getFields()) {
        expected.add(field.getName());
      }
      if (type.equals(GenerationRequest.getDescriptor())) {
        expected.removeAll(List.of("sampling", "json_chunks")); // flat, and the content type
        expected.add("max_completion_tokens");
      }
      Set<String> described = new TreeSet<>();
      properties.fieldNames().forEachRemaining(described::add);
      assertThat(described).as("fields of %s", type.getName()).isEqualTo(expected);
      for (FieldDescriptor field : type.getFields()) {
        if (properties.has(field.getName())) {
          checkType(field, properties.get(field.getName()));
        }
      }
    }
    assertThat(SCHEMAS.at("/GenerationRequest/allOf/0/$ref").textValue())
        .endsWith("/" + Sampling.getDescriptor().getName());
  }

  @Test
  void reasonsAreThoseOfTheProtoFile() {
    List<String> names = new ArrayList<>();
    SCHEMAS.at("/FinishReason/enum").forEach(name -> names.add(name.textValue()));
    List<EnumValueDescriptor> values = FinishReason.getDescriptor().getValues();
    assertThat(names)
        .isEqualTo(
            values.stream().filter(v -> v.getNumber() != 0).map(JsonReader::enumName).toList());
  }

  @ParameterizedTest
  @MethodSource("dev.weir.proto.RequestValidatorTest#inRange")
  void whatTheValidatorTakesSatisfiesTheSchema(String fields) {
    assertThat(payload("GenerationRequest").validate(RequestValidatorTest.tree(fields))).isEmpty();
  }

  private static void checkType(FieldDescriptor field, JsonNode property) {
    if (field.isRepeated() && !field.isMapField() && !property.has("oneOf")) {
      assertThat(property.path("type").asText()).as(field.getFullName()).isEqualTo("array");
      property = property.get("items");
    }
    String format = property.path("format").asText("");
    switch (field.getJavaType()) {
      case INT -> assertThat(format).as(field.getFullName()).isEqualTo("int32");
      case LONG -> assertThat(format).as(field.getFullName()).isEqualTo("int64");
      case FLOAT -> assertThat(format).as(field.getFullName()).isEqualTo("float");
      case DOUBLE -> assertThat(format).as(field.getFullName()).isEqualTo("double");
      case BYTE_STRING ->
          assertThat(property.path("contentEncoding").asText())
              .as(field.getFullName())
              .isEqualTo("base64");
      case MESSAGE -> {
        if (!field.isMapField()) {
          assertThat(property.findValuesAsText("$ref"))
              .as(field.getFullName())
              .containsExactly("#/components/schemas/" + field.getMessageType().getName());
        }
      }
      case BOOLEAN, STRING, ENUM -> {} // the test of wrong types covers them
    }
  }

  private static void collect(Descriptor type, Map<String, Descriptor> types) {
    if (types.put(type.getFullName(), type) == null) {
      for (FieldDescriptor field : type.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
          collect(field.getMessageType(), types);
        }
      }
    }
  }

  private static JsonSchema payload(String type) {
    ObjectNode schema = new ObjectMapper().createObjectNode();
    schema.put("$ref", "#/components/schemas/" + type);
    schema.set("components", DOCUMENT.get("components"));
    return DRAFT_7.getSchema(schema);
  }

  private static JsonNode resolved(JsonNode reference) {
    return DOCUMENT.at(reference.get("$ref").textValue().substring(1));
  }

  private static JsonNode read(ObjectMapper mapper, Path file) {
    try {
      return mapper.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
