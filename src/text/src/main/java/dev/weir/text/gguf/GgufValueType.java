package dev.weir.text.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Types of metadata values, in the order of their ids (gguf.md, {@code gguf_metadata_value_type}).
 */
enum GgufValueType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(8),
  ARRAY(12),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private static final GgufValueType[] BY_ID = values();
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int leastBytes;

  GgufValueType(int leastBytes) {
    this.leastBytes = leastBytes;
  }

  /** The type with an id; null where there is none. */
  static @Nullable GgufValueType of(int id) {
    return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
  }

  /** Bytes of a value; of a string or an array those of an empty one. */
  int leastBytes() {
    return leastBytes;
  }

  boolean isReal() {
    return this == FLOAT32 || this == FLOAT64;
  }

  /** A whole number or a boolean (0, 1). Beyond a long the result is negative. */
  long whole(MemorySegment from, long at) {
    return switch (this) {
      case UINT8, BOOL -> Byte.toUnsignedLong(from.get(ValueLayout.JAVA_BYTE, at));
      case INT8 -> from.get(ValueLayout.JAVA_BYTE, at);
      case UINT16 -> Short.toUnsignedLong(from.get(SHORT, at));
      case INT16 -> from.get(SHORT, at);
      case UINT32 -> Integer.toUnsignedLong(from.get(INT, at));
      case INT32 -> from.get(INT, at);
      case UINT64, INT64 -> from.get(LONG, at);
      case FLOAT32, FLOAT64, STRING, ARRAY -> throw new IllegalStateException(this + "");
    };
  }

  /** Any number. */
  double real(MemorySegment from, long at) {
    return switch (this) {
      case FLOAT32 -> Float.intBitsToFloat(from.get(INT, at));
      case FLOAT64 -> Double.longBitsToDouble(from.get(LONG, at));
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, BOOL, UINT64, INT64 -> whole(from, at);
      case STRING, ARRAY -> throw new IllegalStateException(this + "");
    };
  }
}
