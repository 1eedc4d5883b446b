package dev.weir.text.gguf;

import dev.weir.text.CheckpointException;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorType;
import dev.weir.text.weights.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file, versions 2 and 3, little-endian (ggml, docs/gguf.md).
 *
 * @param tensors by ggml's names, with row-major shapes as PyTorch has them
 */
record GgufFile(GgufMetadata metadata, Map<String, StoredTensor> tensors) {
  static final int MAGIC = 0x46554747; // "GGUF"
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_ALIGNMENT = 1 << 20;
  private static final int LEAST_PAIR_BYTES = 8 + 4 + 1; // key length, type, value
  private static final int LEAST_TENSOR_BYTES = 8 + 4 + 4 + 8; // name length, rank, type, offset

  /** A tensor as the file lists it; its bytes come after the whole list. */
  private record Entry(TensorDescription description, long offset, long bytes) {}

  /**
   * Reads everything but the weights.
   *
   * @param source what to call the file in errors
   * @throws CheckpointException if the file is not what the format says, or a tensor has a type
   *     that Weir cannot read
   */
  static GgufFile parse(MemorySegment file, String source) {
    GgufCursor cursor = new GgufCursor(file, source);
    if (cursor.whole(GgufValueType.INT32) != MAGIC) {
      throw cursor.bad("this is no GGUF file");
    }
    long version = cursor.whole(GgufValueType.UINT32);
    if (version != 2 && version != 3) {
      throw cursor.bad(
          version > 0xFFFF
              ? "big-endian GGUF is not supported"
              : "GGUF version " + version + " is not supported; supported are 2 and 3");
    }
    long tensorCount = cursor.count("tensors", LEAST_TENSOR_BYTES);
    long pairCount = cursor.count("metadata entries", LEAST_PAIR_BYTES);
    Map<String, GgufValue> values = new LinkedHashMap<>();
    for (long i = 0; i < pairCount; i++) {
      String key = cursor.text();
      if (values.put(key, cursor.value()) != null) {
        throw cursor.bad("the metadata key " + key + " is there twice");
      }
    }
    GgufMetadata metadata = new GgufMetadata(values, source);
    if (metadata.has("split.count") && metadata.count("split.count", 0xFFFF) > 1) {
      throw new CheckpointException(
          source + " is one part of a split model; merge the parts with llama-gguf-split --merge");
    }
    List<Entry> entries = entries(cursor, tensorCount);
    return new GgufFile(metadata, tensors(file, cursor, metadata, entries));
  }

  private static List<Entry> entries(GgufCursor cursor, long count) {
    List<Entry> entries = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      String name = cursor.text();
      long rank = cursor.whole(GgufValueType.UINT32);
      if (rank > MAX_DIMENSIONS) {
        throw cursor.bad(
            "tensor %s has %d dimensions; at most %d are supported"
                .formatted(name, rank, MAX_DIMENSIONS));
      }
      List<Long> shape = new ArrayList<>(MAX_DIMENSIONS);
      for (long dimension = 0; dimension < rank; dimension++) {
        shape.add(cursor.whole(GgufValueType.INT64));
      }
      int typeId = (int) cursor.whole(GgufValueType.UINT32);
      long offset = cursor.whole(GgufValueType.UINT64);
      TensorType type = GgufTensorTypes.type(typeId, name, cursor);
      // A block lies within a row, the fastest dimension, which ggml writes first.
      if (!shape.isEmpty() && shape.getFirst() % type.blockElements() != 0) {
        throw cursor.bad(
            "tensor %s: rows of %d do not fill whole %s blocks of %d"
                .formatted(name, shape.getFirst(), type, type.blockElements()));
      }
      Collections.reverse(shape);
      TensorDescription description = new TensorDescription(name, List.copyOf(shape), type);
      entries.add(new Entry(description, offset, StoredTensor.storedBytes(name, shape, type)));
    }
    return entries;
  }

  private static Map<String, StoredTensor> tensors(
      MemorySegment file, GgufCursor cursor, GgufMetadata metadata, List<Entry> entries) {
    long alignment = metadata.count("general.alignment", MAX_ALIGNMENT, 32);
    if (Long.bitCount(alignment) != 1) {
      throw cursor.bad("general.alignment " + alignment + " is no power of 2");
    }
    long start = (cursor.position() + alignment - 1) & -alignment;
    long available = Math.max(0, file.byteSize() - start);
    checkPlaces(cursor, entries, alignment, available);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Entry entry : entries) {
      String name = entry.description().name();
      MemorySegment stored =
          entry.bytes() == 0
              ? MemorySegment.NULL
              : file.asSlice(start + entry.offset(), entry.bytes());
      if (tensors.put(name, new StoredTensor(entry.description(), stored, false)) != null) {
        throw cursor.bad("tensor " + name + " is there twice");
      }
    }
    return tensors;
  }

  private static void checkPlaces(
      GgufCursor cursor, List<Entry> entries, long alignment, long available) {
    List<Entry> byOffset = new ArrayList<>(entries);
    byOffset.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes));
    long end = 0;
    for (Entry entry : byOffset) {
      String name = entry.description().name();
      if (entry.offset() < 0 || entry.offset() % alignment != 0) {
        throw cursor.bad(
            "tensor %s lies at %s, which is not aligned to %d"
                .formatted(name, Long.toUnsignedString(entry.offset()), alignment));
      }
      if (entry.offset() < end) {
        throw cursor.bad("tensor " + name + " overlaps the one before it");
      }
      if (entry.bytes() > available - entry.offset()) {
        throw cursor.bad(
            "tensor %s of %d bytes at %d lies beyond the end of the file"
                .formatted(name, entry.bytes(), entry.offset()));
      }
      end = entry.offset() + entry.bytes();
    }
  }
}
