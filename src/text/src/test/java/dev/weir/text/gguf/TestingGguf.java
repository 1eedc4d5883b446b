package dev.weir.text.gguf;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes GGUF files field by field, right and wrong ones. */
public final class TestingGguf {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Magic, version 3 and the two counts. */
  public static TestingGguf header(long tensors, long pairs) {
    return new TestingGguf().u32(GgufFile.MAGIC).u32(3).u64(tensors).u64(pairs);
  }

  public TestingGguf u8(int value) {
    bytes.write(value);
    return this;
  }

  public TestingGguf u32(int value) {
    return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  public TestingGguf u64(long value) {
    return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  public TestingGguf text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return u64(utf8.length).raw(utf8);
  }

  public TestingGguf raw(byte... value) {
    bytes.writeBytes(value);
    return this;
  }

  public TestingGguf pair(String key, String value) {
    return text(key).u32(GgufValueType.STRING.ordinal()).text(value);
  }

  public TestingGguf pair(String key, int value) {
    return text(key).u32(GgufValueType.UINT32.ordinal()).u32(value);
  }

  public TestingGguf pair(String key, boolean value) {
    return text(key).u32(GgufValueType.BOOL.ordinal()).u8(value ? 1 : 0);
  }

  public TestingGguf pair(String key, float value) {
    return text(key).u32(GgufValueType.FLOAT32.ordinal()).u32(Float.floatToRawIntBits(value));
  }

  public TestingGguf pair(String key, List<String> values) {
    text(key).u32(GgufValueType.ARRAY.ordinal()).u32(GgufValueType.STRING.ordinal());
    u64(values.size());
    values.forEach(this::text);
    return this;
  }

  /** One entry of the list of tensors. */
  public TestingGguf tensor(String name, int type, long offset, long... fastestFirst) {
    text(name).u32(fastestFirst.length);
    for (long dimension : fastestFirst) {
      u64(dimension);
    }
    return u32(type).u64(offset);
  }

  /** Zeros up to the data section, then this many bytes of it. */
  public TestingGguf data(int size) {
    while (bytes.size() % 32 != 0) {
      u8(0);
    }
    return raw(new byte[size]);
  }

  public byte[] bytes() {
    return bytes.toByteArray();
  }

  public MemorySegment segment() {
    return MemorySegment.ofArray(bytes());
  }
}
