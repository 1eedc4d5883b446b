package dev.weir.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

  @Property(tries = 1000)
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
    List<JsonPlace> objects = new ArrayList<>(JsonPlace.in(tree));
    objects.add(new JsonPlace(tree, "", tree, false, value -> {}));
    objects.removeIf(place -> !(place.value() instanceof ObjectNode) || place.isMap());
    List<String> expected = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      JsonPlace place = objects.get(random.nextInt(objects.size()));
      ((ObjectNode) place.value()).put("zz_new_" + i, i);
      expected.add((place.path().isEmpty() ? "" : place.path() + ".") + "zz_new_" + i);
    }
    Decoded<Message> decoded = CODEC.decode(tree, message);
    assertThat(decoded.message()).isEqualTo(message);
    assertThat(decoded.unknownCount()).isEqualTo(expected.size());
    assertThat(decoded.unknownFields()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Property(tries = 500)
  void aValueOfAWrongTypeIsRefusedByThePathOfItsField(
      @ForAll("messages") Message message, @ForAll Random random) {
    ObjectNode tree = CODEC.readObject(CODEC.encode(message));
    List<JsonPlace> places = JsonPlace.in(tree);
    if (places.isEmpty()) {
      return;
    }
    JsonPlace place = places.get(random.nextInt(places.size()));
    place.set().accept(place.wrongType());
    InvalidRequestException e =
        catchThrowableOfType(InvalidRequestException.class, () -> CODEC.decode(tree, message));
    assertThat(e).as("%s", tree).isNotNull();
    assertThat(e.field()).isEqualTo(place.path());
    assertThat(e.code()).isEqualTo(ErrorCodes.INVALID_TYPE);
    assertThat(e).message().startsWith(place.path() + ": must be ");
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
}
