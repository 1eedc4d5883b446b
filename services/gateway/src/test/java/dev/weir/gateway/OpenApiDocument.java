package dev.weir.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** A contract document as it is packaged, and its schemas. */
record OpenApiDocument(ObjectNode tree) {
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  static OpenApiDocument load(String name) throws IOException {
    String path = "/weir/contract/" + name;
    try (InputStream in = OpenApiDocument.class.getResourceAsStream(path)) {
      Objects.requireNonNull(in, path);
      return new OpenApiDocument((ObjectNode) new YAMLMapper().readTree(in));
    }
  }

  /** Method and path of each operation: {@code GET /v1/models}. */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : tree.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        if (METHODS.contains(operation.getKey())) {
          operations.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
        }
      }
    }
    return operations;
  }

  /**
   * What is wrong with JSON by a schema of this document.
   *
   * @param schema a JSON pointer to it
   */
  Set<ValidationMessage> validate(String schema, JsonNode json) {
    ObjectNode referring = tree.objectNode();
    referring.put("$ref", "#" + schema);
    referring.set("components", tree.get("components"));
    referring.set("paths", tree.path("paths"));
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(referring)
        .validate(json);
  }
}
