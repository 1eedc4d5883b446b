package dev.weir.text.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.text.CheckpointException;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorType;
import dev.weir.text.json.JsonLimits;
import dev.weir.text.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file, read as the format's description demands (safetensors, README,
 * "Format"): a u64 length, a JSON object of that length, then a buffer that the tensors fill
 * without holes or overlaps.
 *
 * @param tensors by name, in the order of their bytes
 * @param unsupported the type of each tensor that Weir cannot read
 */
record SafetensorsHeader(Map<String, StoredTensor> tensors, Map<String, String> unsupported) {
  private static final long MAX_HEADER_BYTES = 100_000_000; // the format's own limit
  private static final int MAX_DIMENSIONS = 16;
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** An entry of the header as written. */
  private record Entry(String name, String type, List<Long> shape, long begin, long end) {}

  /**
   * Reads the header of a file.
   *
   * @param source what to call the file in errors
   * @throws CheckpointException if the file is not what the format says
   */
  static SafetensorsHeader parse(MemorySegment file, String source) {
    if (file.byteSize() < Long.BYTES) {
      throw new CheckpointException(source + " is too short for a safetensors file");
    }
    long length = file.get(LENGTH, 0);
    if (length < 0 || length > MAX_HEADER_BYTES || length > file.byteSize() - Long.BYTES) {
      throw new CheckpointException(
          "%s: a header of %s bytes in a file of %d is not a safetensors file"
              .formatted(source, Long.toUnsignedString(length), file.byteSize()));
    }
    List<Entry> entries;
    try {
      entries = entries(file.asSlice(Long.BYTES, length), source);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: the safetensors header is not valid: %s".formatted(source, e.getMessage()), e);
    }
    return resolve(entries, file.asSlice(Long.BYTES + length), source);
  }

  private static List<Entry> entries(MemorySegment header, String source) throws IOException {
    byte[] json = header.toArray(ValueLayout.JAVA_BYTE);
    List<Entry> entries = new ArrayList<>();
    try (JsonParser parser = JsonLimits.strict().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new CheckpointException(source + ": the safetensors header is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("__metadata__")) {
          parser.skipChildren();
        } else {
          entries.add(entry(parser, name, source));
        }
      }
      if (parser.nextToken() != null) {
        throw new CheckpointException(source + ": something follows the safetensors header");
      }
    }
    return entries;
  }

  private static Entry entry(JsonParser parser, String name, String source) throws IOException {
    String type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "dtype" -> type = parser.getValueAsString();
          case "shape" -> shape = numbers(parser, MAX_DIMENSIONS);
          case "data_offsets" -> offsets = numbers(parser, 2);
          default -> parser.skipChildren();
        }
      }
    }
    if (type == null || shape == null || offsets == null || offsets.size() != 2) {
      throw new CheckpointException(
          "%s: tensor %s needs dtype, shape and two data_offsets".formatted(source, name));
    }
    return new Entry(name, type, shape, offsets.get(0), offsets.get(1));
  }

  /** Reads an array of numbers that are no less than 0; null where it is anything else. */
  private static @Nullable List<Long> numbers(JsonParser parser, int most) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      parser.skipChildren();
      return null;
    }
    List<Long> numbers = new ArrayList<>(4);
    boolean valid = true;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() == null) {
        return null;
      }
      boolean number = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
      valid &= number && numbers.size() < most;
      if (valid) {
        numbers.add(parser.getLongValue()); // throws beyond a long
        valid = numbers.getLast() >= 0;
      }
      parser.skipChildren();
    }
    return valid ? numbers : null;
  }

  private static SafetensorsHeader resolve(
      List<Entry> entries, MemorySegment buffer, String source) {
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Map<String, String> unsupported = new LinkedHashMap<>();
    long at = 0;
    for (Entry entry : entries) {
      if (entry.begin() != at || entry.end() < at || entry.end() > buffer.byteSize()) {
        throw new CheckpointException(
            ("%s: tensor %s lies at [%d, %d), but the one before ends at %d and the file's buffer"
                    + " has %d bytes")
                .formatted(
                    source, entry.name(), entry.begin(), entry.end(), at, buffer.byteSize()));
      }
      at = entry.end();
      TensorType type = type(entry.type());
      if (type == null) {
        unsupported.put(entry.name(), entry.type());
      } else {
        tensors.put(
            entry.name(),
            new StoredTensor(
                new TensorDescription(entry.name(), List.copyOf(entry.shape()), type),
                buffer.asSlice(entry.begin(), entry.end() - entry.begin()),
                false));
      }
    }
    if (at != buffer.byteSize()) {
      throw new CheckpointException(
          "%s: the tensors end at %d, the file's buffer has %d bytes"
              .formatted(source, at, buffer.byteSize()));
    }
    return new SafetensorsHeader(tensors, unsupported);
  }

  private static @Nullable TensorType type(String dtype) {
    return switch (dtype) {
      case "F32" -> TensorType.F32;
      case "F16" -> TensorType.F16;
      case "BF16" -> TensorType.BF16;
      default -> null;
    };
  }
}
