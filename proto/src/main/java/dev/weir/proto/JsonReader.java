package dev.weir.proto;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Fills Protobuf messages from JSON by their descriptors; {@link JsonCodec} says which JSON. */
final class JsonReader {
  private final UnknownFields unknown;

  JsonReader(UnknownFields unknown) {
    this.unknown = unknown;
  }

  void readMessage(JsonNode json, Message.Builder builder, FieldPath path) {
    if (!json.isObject()) {
      throw path.wrongType("must be an object, not " + kind(json));
    }
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      FieldDescriptor field = builder.getDescriptorForType().findFieldByName(entry.getKey());
      FieldPath at = path.field(entry.getKey());
      if (field == null) {
        unknown.add(at);
      } else {
        readField(entry.getValue(), builder, field, at);
      }
    }
  }

  /** Sets one field; {@code null} leaves it absent. */
  void readField(JsonNode json, Message.Builder builder, FieldDescriptor field, FieldPath path) {
    if (json.isNull()) {
      return;
    }
    if (field.isMapField()) {
      readMap(json, builder, field, path);
    } else if (field.isRepeated()) {
      if (!json.isArray()) {
        throw path.wrongType("must be a list, not " + kind(json));
      }
      for (int i = 0; i < json.size(); i++) {
        builder.addRepeatedField(field, value(json.get(i), builder, field, path.element(i)));
      }
    } else {
      OneofDescriptor oneof = field.getRealContainingOneof();
      if (oneof != null && builder.hasOneof(oneof)) {
        throw path.wrongValue(
            "only one of these may be there: "
                + path.name()
                + ", "
                + builder.getOneofFieldDescriptor(oneof).getName());
      }
      builder.setField(field, value(json, builder, field, path));
    }
  }

  private void readMap(
      JsonNode json, Message.Builder builder, FieldDescriptor field, FieldPath path) {
    if (!json.isObject()) {
      throw path.wrongType("must be an object, not " + kind(json));
    }
    FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      FieldPath at = path.field(entry.getKey());
      @SuppressWarnings("unchecked") // the builder of a map field's entry is always one
      var pair = (MapEntry.Builder<Object, Object>) builder.newBuilderForField(field);
      pair.setKey(key(entry.getKey(), keyField, at));
      pair.setValue(value(entry.getValue(), pair, valueField, at));
      builder.addRepeatedField(field, pair.build());
    }
  }

  private static Object key(String text, FieldDescriptor field, FieldPath path) {
    return switch (field.getJavaType()) {
      case STRING -> wellFormed(text, path);
      case INT -> {
        try {
          int key = Integer.parseInt(text);
          if (Integer.toString(key).equals(text)) { // not +1 or 01, which would be the key 1 twice
            yield key;
          }
        } catch (NumberFormatException e) {
          // said below
        }
        throw path.wrongType("the key must be a whole number in quotes");
      }
      case LONG, FLOAT, DOUBLE, BOOLEAN, BYTE_STRING, ENUM, MESSAGE ->
          throw new IllegalStateException("the contract has no maps keyed by " + field);
    };
  }

  private Object value(
      JsonNode json, Message.Builder builder, FieldDescriptor field, FieldPath path) {
    return switch (field.getJavaType()) {
      case INT -> (int) integer(json, Integer.MIN_VALUE, Integer.MAX_VALUE, path);
      case LONG -> integer(json, Long.MIN_VALUE, Long.MAX_VALUE, path);
      case FLOAT -> {
        float number = decimal(json, path).floatValue();
        if (!Float.isFinite(number)) {
          throw path.wrongValue("is beyond the range of a 32-bit floating-point number");
        }
        yield number;
      }
      case DOUBLE -> {
        double number = decimal(json, path).doubleValue();
        if (!Double.isFinite(number)) {
          throw path.wrongValue("is beyond the range of a 64-bit floating-point number");
        }
        yield number;
      }
      case BOOLEAN -> {
        if (!json.isBoolean()) {
          throw path.wrongType("must be true or false, not " + kind(json));
        }
        yield json.booleanValue();
      }
      case STRING -> string(json, path);
      case BYTE_STRING -> bytes(json, path);
      case ENUM -> enumValue(json, field.getEnumType(), path);
      case MESSAGE -> {
        Message.Builder inner = builder.newBuilderForField(field);
        readMessage(json, inner, path);
        yield inner.build();
      }
    };
  }

  /** A whole number; {@code 5.0} is one. */
  static long integer(JsonNode json, long least, long most, FieldPath path) {
    if (!json.isNumber()) {
      throw path.wrongType("must be a whole number, not " + kind(json));
    }
    BigDecimal number = decimal(json, path);
    // The first two conditions keep 1e999999999 from being written out.
    if (number.signum() != 0) {
      number = number.stripTrailingZeros();
      if (number.scale() > 0) {
        throw path.wrongType("must be a whole number");
      }
      if (number.precision() - (long) number.scale() > 19
          || number.compareTo(BigDecimal.valueOf(least)) < 0
          || number.compareTo(BigDecimal.valueOf(most)) > 0) {
        throw path.wrongValue("must be between " + least + " and " + most);
      }
    }
    return number.signum() == 0 ? 0 : number.longValueExact();
  }

  private static BigDecimal decimal(JsonNode json, FieldPath path) {
    if (!json.isNumber()) {
      throw path.wrongType("must be a number, not " + kind(json));
    }
    // Trees that others have parsed may hold doubles, and those NaN.
    if ((json.isDouble() || json.isFloat()) && !Double.isFinite(json.doubleValue())) {
      throw path.wrongValue("must be a finite number");
    }
    return json.decimalValue();
  }

  static String string(JsonNode json, FieldPath path) {
    if (!json.isTextual()) {
      throw path.wrongType("must be a string, not " + kind(json));
    }
    return wellFormed(json.textValue(), path);
  }

  /** Refuses half characters: UTF-8 cannot carry them, Protobuf would write a question mark. */
  static String wellFormed(String text, FieldPath path) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw path.wrongValue("is no Unicode text: half of a surrogate pair at character " + i);
        }
        i++;
      }
    }
    return text;
  }

  private static ByteString bytes(JsonNode json, FieldPath path) {
    if (!json.isTextual()) {
      throw path.wrongType("must be base64 in a string, not " + kind(json));
    }
    try {
      // Both alphabets of RFC 4648, as the JSON mapping of Protobuf wants it.
      String text = json.textValue().replace('-', '+').replace('_', '/');
      return ByteString.copyFrom(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw path.wrongValue("must be base64");
    }
  }

  private static EnumValueDescriptor enumValue(JsonNode json, EnumDescriptor type, FieldPath path) {
    if (json.isIntegralNumber()) { // a value of a newer version, written by its number
      return type.findValueByNumberCreatingIfUnknown(
          (int) integer(json, Integer.MIN_VALUE, Integer.MAX_VALUE, path));
    }
    if (!json.isTextual()) {
      throw path.wrongType("must be a string, not " + kind(json));
    }
    for (EnumValueDescriptor value : type.getValues()) {
      if (enumName(value).equals(json.textValue())) {
        return value;
      }
    }
    throw path.wrongValue(
        type.getValues().stream()
            .filter(value -> value.getNumber() != 0) // unspecified is absent
            .map(JsonReader::enumName)
            .collect(Collectors.joining(", ", "must be one of ", "")));
  }

  /** {@code FINISH_REASON_STOP} of {@code FinishReason} is {@code stop}. */
  static String enumName(EnumValueDescriptor value) {
    String prefix = value.getType().getName().replaceAll("(?<=[a-z])(?=[A-Z])", "_") + "_";
    String name = value.getName().toLowerCase(Locale.ROOT);
    return name.substring(prefix.length());
  }

  /** What a value is, for people. */
  static String kind(JsonNode json) {
    return switch (json.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      case BINARY, MISSING, POJO -> "something else";
    };
  }
}
