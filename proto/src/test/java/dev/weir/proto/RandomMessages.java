package dev.weir.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import dev.weir.proto.v1.GenerationRequest;
import java.util.HashSet;
import java.util.Random;

/** Any message of a type: each field absent, ordinary or at an edge of its type. */
final class RandomMessages {
  private static final String[] TEMPLATE_VARIABLES = {
    "", "{}", "{\"enable_thinking\":false}", "{\"a\":[1,2.50,null],\"b\":{\"c\":\"ü🙂\"}}"
  };

  private final Random random;

  RandomMessages(Random random) {
    this.random = random;
  }

  @SuppressWarnings("unchecked") // a builder builds the type that made it
  <T extends Message> T of(T type) {
    Message.Builder builder = type.newBuilderForType();
    for (FieldDescriptor field : type.getDescriptorForType().getFields()) {
      OneofDescriptor oneof = field.getRealContainingOneof();
      if (random.nextBoolean() || (oneof != null && builder.hasOneof(oneof))) {
        continue;
      }
      if (field.isRepeated()) {
        var keys = new HashSet<Object>();
        for (int i = random.nextInt(4); i > 0; i--) {
          Object element = value(builder, field);
          if (!(element instanceof MapEntry<?, ?> entry) || keys.add(entry.getKey())) {
            builder.addRepeatedField(field, element);
          }
        }
      } else {
        builder.setField(field, value(builder, field));
      }
    }
    if (builder instanceof GenerationRequest.Builder request) {
      // What the JSON form leaves to the content type, spells otherwise, or cannot tell from none.
      request.setJsonChunks(false);
      request.setChatTemplateKwargs(TEMPLATE_VARIABLES[random.nextInt(TEMPLATE_VARIABLES.length)]);
      if (request.getSampling().getSerializedSize() == 0) {
        request.clearSampling();
      }
    }
    return (T) builder.build();
  }

  private Object value(Message.Builder builder, FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT -> (int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
      case LONG -> integer(Long.MIN_VALUE, Long.MAX_VALUE);
      case FLOAT -> {
        float number = Float.intBitsToFloat(random.nextInt());
        yield Float.isFinite(number) ? number + 0f : 0f; // + 0: JSON has no negative zero
      }
      case DOUBLE -> {
        double number = Double.longBitsToDouble(random.nextLong());
        yield Double.isFinite(number) ? number + 0.0 : random.nextDouble();
      }
      case BOOLEAN -> random.nextBoolean();
      case STRING -> string();
      case BYTE_STRING -> {
        var bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        yield ByteString.copyFrom(bytes);
      }
      case ENUM ->
          random.nextInt(8) == 0
              ? field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt())
              : field
                  .getEnumType()
                  .getValues()
                  .get(random.nextInt(field.getEnumType().getValues().size()));
      case MESSAGE -> {
        Message.Builder inner = builder.newBuilderForField(field);
        if (field.isMapField()) {
          @SuppressWarnings("unchecked") // the builder of a map field's entry is always one
          var entry = (MapEntry.Builder<Object, Object>) inner;
          entry.setKey(value(entry, field.getMessageType().findFieldByNumber(1)));
          entry.setValue(value(entry, field.getMessageType().findFieldByNumber(2)));
          yield entry.build();
        }
        yield of(inner.getDefaultInstanceForType());
      }
    };
  }

  private long integer(long least, long most) {
    return switch (random.nextInt(6)) {
      case 0 -> least;
      case 1 -> most;
      case 2 -> 0;
      case 3 -> random.nextInt(100);
      default -> random.nextLong() % most;
    };
  }

  private String string() {
    var text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int c =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(0x20); // control characters, NUL too
            case 1 -> random.nextInt(0x10000);
            case 2 -> 0x10000 + random.nextInt(0x100000);
            default -> 0x20 + random.nextInt(0x60);
          };
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        text.appendCodePoint(c);
      }
    }
    return text.toString();
  }
}
