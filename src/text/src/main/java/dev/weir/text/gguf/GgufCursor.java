package dev.weir.text.gguf;

import dev.weir.text.CheckpointException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks through the front part of a GGUF file. Nothing is allocated for a count before the rest of
 * the file is known to be long enough for it.
 */
final class GgufCursor {
  private static final int MAX_STRING_BYTES = 16 << 20;

  /** Array elements in all metadata; a vocabulary of 262,144 with its merges has 1.3 million. */
  private static final long MAX_ARRAY_ELEMENTS = 1 << 22;

  private final MemorySegment file;
  private final String source;
  private long at;
  private long arrayElements;

  GgufCursor(MemorySegment file, String source) {
    this.file = file;
    this.source = source;
  }

  long position() {
    return at;
  }

  /** A whole number of a type. */
  long whole(GgufValueType type) {
    return type.whole(file, advance(type.leastBytes()));
  }

  /**
   * A u64 that counts things.
   *
   * @param leastBytes that each of them takes in the rest of the file
   */
  long count(String what, int leastBytes) {
    long count = whole(GgufValueType.UINT64);
    if (count < 0 || count > (file.byteSize() - at) / leastBytes) {
      throw bad(
          "%s %s do not fit in the %d bytes that follow"
              .formatted(Long.toUnsignedString(count), what, file.byteSize() - at));
    }
    return count;
  }

  String text() {
    long length = count("bytes of a string", 1);
    if (length > MAX_STRING_BYTES) {
      throw bad("a string of %d bytes is longer than %d".formatted(length, MAX_STRING_BYTES));
    }
    byte[] utf8 = file.asSlice(advance(length), length).toArray(ValueLayout.JAVA_BYTE);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  GgufValue value() {
    GgufValueType type = type();
    return switch (type) {
      case STRING -> new GgufValue.Text(text());
      case ARRAY -> array();
      case BOOL -> new GgufValue.Flag(whole(type) != 0);
      case FLOAT32, FLOAT64 -> new GgufValue.Real(type.real(file, advance(type.leastBytes())));
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 ->
          new GgufValue.Whole(whole(type));
    };
  }

  private GgufValue array() {
    GgufValueType type = type();
    if (type == GgufValueType.ARRAY) {
      throw bad("an array of arrays is not supported");
    }
    long count = count("array elements", type.leastBytes());
    arrayElements += count;
    if (arrayElements > MAX_ARRAY_ELEMENTS) {
      throw bad(
          "the metadata has %d array elements; at most %d are read"
              .formatted(arrayElements, MAX_ARRAY_ELEMENTS));
    }
    if (type == GgufValueType.STRING) {
      List<String> texts = new ArrayList<>((int) count);
      for (long i = 0; i < count; i++) {
        texts.add(text());
      }
      return new GgufValue.Texts(texts);
    }
    long bytes = count * type.leastBytes();
    return new GgufValue.Numbers(file.asSlice(advance(bytes), bytes), type);
  }

  private GgufValueType type() {
    int id = (int) whole(GgufValueType.UINT32);
    GgufValueType type = GgufValueType.of(id);
    if (type == null) {
      throw bad("there is no metadata type " + Integer.toUnsignedString(id));
    }
    return type;
  }

  CheckpointException bad(String what) {
    return new CheckpointException("%s: %s (at byte %d)".formatted(source, what, at));
  }

  private long advance(long bytes) {
    if (bytes > file.byteSize() - at) {
      throw bad("the file ends too early");
    }
    long from = at;
    at += bytes;
    return from;
  }
}
