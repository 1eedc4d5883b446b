package dev.weir.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of the JSON form of any message. */
final class JsonCodecPropertyTest {
  private static final JsonCodec CODEC = new JsonCodec();

  @Provide
  Arbitrary<Message> messages() {
    return Arbitraries.of(Vector.RECORDS)
        .flatMap(type ->
            Arbitraries.randomValue(random -> (Message) new RandomMessages(random).of(type)));
  }

  @Property(tries = 2000)
  void readingWhatWasWrittenGivesTheSameMessage(@ForAll("messages") Message message) {
    Decoded<Message> decoded = CODEC.decode(CODEC.encode(message), message);
    assertThat(decoded.message()).isEqualTo(message);
    assertThat(decoded.unknownCount()).isZero();
  }

  @Property(tries = 500)
  void protobufAndJsonCarryTheSameMessage(@ForAll("messages") Message message) throws Exception {
    Message fromProtobuf = message.getParserForType().parseFrom(message.toByteArray());
    assertThat(CODEC.encode(fromProtobuf)).isEqualTo(CODEC.encode(message));
  }

  @Property(tries = 500)
  void unknownFieldsChangeNothingAndAreCounted(
      @ForAll("messages") Message message, @ForAll Random random) {
    ObjectNode tree = CODEC.readObject(CODEC.encode(message));
    List<Place> objects = new ArrayList<>();
    objects.add(new Place("", tree, false, value -> {}));
    collect(tree, "", objects);
    objects.removeIf(place -> !(place.value instanceof ObjectNode) || place.isMap);
    List<String> expected = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      Place place = objects.get(random.nextInt(objects.size()));
      ((ObjectNode) place.value).put("zz_new_" + i, i);
      expected.add((place.path.isEmpty() ? "" : place.path + ".") + "zz_new_" + i);
    }
    Decoded<Message> decoded = CODEC.decode(tree, message);
    assertThat(decoded.message()).isEqualTo(message);
    assertThat(decoded.unknownCount()).isEqualTo(expected.size());
    assertThat(decoded.unknownFields()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Property(tries = 1000)
  void aValueOfAWrongTypeIsRefusedByThePathOfItsField(
      @ForAll("messages") Message message, @ForAll Random random) {
    ObjectNode tree = CODEC.readObject(CODEC.encode(message));
    List<Place> places = new ArrayList<>();
    collect(tree, "", places);
    if (places.isEmpty()) {
      return;
    }
    Place place = places.get(random.nextInt(places.size()));
    place.set.accept(
        place.value.isContainerNode()
            ? BooleanNode.TRUE
            : JsonNodeFactory.instance.objectNode().put("a", 1));
    InvalidRequestException e =
        catchThrowableOfType(InvalidRequestException.class, () -> CODEC.decode(tree, message));
    assertThat(e).as("%s", tree).isNotNull();
    assertThat(e.field()).isEqualTo(place.path);
    assertThat(e.code()).isEqualTo(ErrorCodes.INVALID_TYPE);
    assertThat(e).message().startsWith(place.path + ": must be ");
  }

  @Property(tries = 300)
  void nullIsAbsent(@ForAll("messages") Message message) {
    ObjectNode tree = CODEC.readObject(CODEC.encode(message));
    message
        .getDescriptorForType()
        .getFields()
        .forEach(field -> {
          if (!tree.has(field.getName()) && !field.getName().equals("sampling")) {
            tree.set(field.getName(), NullNode.instance);
          }
        });
    tree.remove("json_chunks");
    assertThat(CODEC.decode(tree, message)).isEqualTo(Decoded.known(message));
  }

  /** A value in a tree, its path, and how to put another one there. */
  private record Place(String path, JsonNode value, boolean isMap, Consumer<JsonNode> set) {}

  private static void collect(JsonNode json, String path, List<Place> places) {
    if (json instanceof ObjectNode object) {
      for (var entry : object.properties()) {
        String name = entry.getKey();
        String at = path.isEmpty() ? name : path + "." + name;
        boolean isMap = name.equals("logit_bias") || name.equals("chat_template_kwargs");
        places.add(new Place(at, entry.getValue(), isMap, value -> object.set(name, value)));
        if (!name.equals("chat_template_kwargs")) { // what is in it is the template's
          collect(entry.getValue(), at, places);
        }
      }
    } else if (json instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        String at = path + "[" + i + "]";
        places.add(new Place(at, array.get(i), false, value -> array.set(index, value)));
        collect(array.get(i), at, places);
      }
    }
  }
}
