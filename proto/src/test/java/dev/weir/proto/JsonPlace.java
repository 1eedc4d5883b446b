package dev.weir.proto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A value in the tree of a record, its path, and how to put another one there.
 *
 * @param isMap whether its names are the caller's: new ones are not unknown
 */
record JsonPlace(
    JsonNode root, String path, JsonNode value, boolean isMap, Consumer<JsonNode> set) {

  /** All places but the root; what is in the variables of a chat template is free. */
  static List<JsonPlace> in(JsonNode root) {
    List<JsonPlace> places = new ArrayList<>();
    collect(root, root, "", places);
    return places;
  }

  /** A value that no field takes where this one is. */
  JsonNode wrongType() {
    return value.isContainerNode()
        ? BooleanNode.TRUE
        : JsonNodeFactory.instance.objectNode().put("a", 1);
  }

  private static void collect(JsonNode root, JsonNode json, String path, List<JsonPlace> places) {
    if (json instanceof ObjectNode object) {
      for (var entry : object.properties()) {
        String name = entry.getKey();
        String at = path.isEmpty() ? name : path + "." + name;
        boolean isMap = name.equals("logit_bias") || name.equals("chat_template_kwargs");
        places.add(
            new JsonPlace(root, at, entry.getValue(), isMap, value -> object.set(name, value)));
        if (!name.equals("chat_template_kwargs")) {
          collect(root, entry.getValue(), at, places);
        }
      }
    } else if (json instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        String at = path + "[" + i + "]";
        places.add(new JsonPlace(root, at, array.get(i), false, value -> array.set(index, value)));
        collect(root, array.get(i), at, places);
      }
    }
  }
}
