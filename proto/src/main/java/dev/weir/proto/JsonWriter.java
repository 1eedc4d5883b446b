package dev.weir.proto;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.io.IOException;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/** Writes Protobuf messages as JSON by their descriptors; {@link JsonCodec} says which JSON. */
final class JsonWriter {
  private final JsonGenerator json;

  JsonWriter(JsonGenerator json) {
    this.json = json;
  }

  void writeMessage(Message message) throws IOException {
    json.writeStartObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      writeField(message, field);
    }
    json.writeEndObject();
  }

  /** Writes name and value, or nothing if the field is absent. */
  void writeField(Message message, FieldDescriptor field) throws IOException {
    if (field.isRepeated()) {
      int size = message.getRepeatedFieldCount(field);
      if (size == 0) {
        return;
      }
      json.writeFieldName(field.getName());
      if (field.isMapField()) {
        writeMap((List<?>) message.getField(field), field);
      } else {
        json.writeStartArray();
        for (int i = 0; i < size; i++) {
          writeValue(field, message.getRepeatedField(field, i));
        }
        json.writeEndArray();
      }
    } else if (message.hasField(field)) {
      json.writeFieldName(field.getName());
      writeValue(field, message.getField(field));
    }
  }

  // Sorted by key, so that equal messages give equal JSON.
  private void writeMap(List<?> entries, FieldDescriptor field) throws IOException {
    FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
    List<MapEntry<?, ?>> sorted =
        entries.stream()
            .<MapEntry<?, ?>>map(entry -> (MapEntry<?, ?>) entry)
            .sorted(Comparator.comparing(JsonWriter::sortKey))
            .toList();
    json.writeStartObject();
    for (MapEntry<?, ?> entry : sorted) {
      json.writeFieldName(entry.getKey().toString());
      writeValue(valueField, entry.getValue());
    }
    json.writeEndObject();
  }

  @SuppressWarnings("unchecked") // keys of one map are of one type: integers or strings
  private static Comparable<Object> sortKey(MapEntry<?, ?> entry) {
    return (Comparable<Object>) entry.getKey();
  }

  private void writeValue(FieldDescriptor field, Object value) throws IOException {
    switch (field.getJavaType()) {
      case INT -> json.writeNumber((Integer) value);
      case LONG -> json.writeNumber((Long) value);
      case FLOAT -> {
        float number = (Float) value;
        checkFinite(field, Float.isFinite(number));
        json.writeNumber(number);
      }
      case DOUBLE -> {
        double number = (Double) value;
        checkFinite(field, Double.isFinite(number));
        json.writeNumber(number);
      }
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case STRING -> json.writeString((String) value);
      case BYTE_STRING ->
          json.writeString(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
      case ENUM -> {
        var constant = (EnumValueDescriptor) value;
        if (constant.getIndex() < 0) { // of a newer version: no name is known
          json.writeNumber(constant.getNumber());
        } else {
          json.writeString(JsonReader.enumName(constant));
        }
      }
      case MESSAGE -> writeMessage((Message) value);
    }
  }

  private static void checkFinite(FieldDescriptor field, boolean finite) {
    if (!finite) {
      throw new IllegalArgumentException(
          field.getFullName() + " is not finite, and JSON has no such number");
    }
  }
}
