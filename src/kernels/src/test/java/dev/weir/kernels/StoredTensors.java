package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.weir.text.TensorDescription;
import dev.weir.text.TensorSource;
import dev.weir.text.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/** The matrices of a checkpoint in blocks of 32 as llama.cpp rounds and stores them. */
final class StoredTensors implements TensorSource {
  private static final int BLOCK = 32;

  private final TensorSource exact;
  private final TensorType type;

  /**
   * @param type Q4_0, Q4_1 or Q8_0
   */
  StoredTensors(TensorSource exact, TensorType type) {
    this.exact = exact;
    this.type = type;
  }

  @Override
  public Set<String> names() {
    return exact.names();
  }

  @Override
  public TensorDescription describe(String name) {
    TensorDescription found = exact.describe(name);
    return found.shape().size() < 2
        ? found
        : new TensorDescription(found.name(), found.shape(), type);
  }

  private boolean isStored(String name) {
    return describe(name).type() == type;
  }

  @Override
  public void read(String name, long offset, float[] into) {
    exact.read(name, offset, into);
    for (int at = 0; isStored(name) && at < into.length; at += BLOCK) {
      decode(encode(into, at), into, at);
    }
  }

  @Override
  public boolean readStored(String name, long firstBlock, MemorySegment into) {
    int blocks = (int) (into.byteSize() / type.blockBytes());
    float[] values = new float[blocks * BLOCK];
    exact.read(name, firstBlock * BLOCK, values);
    for (int i = 0; i < blocks; i++) {
      MemorySegment.copy(
          encode(values, i * BLOCK).array(),
          0,
          into,
          JAVA_BYTE,
          (long) i * type.blockBytes(),
          type.blockBytes());
    }
    return true;
  }

  private ByteBuffer encode(float[] values, int at) {
    float least = values[at];
    float most = values[at];
    for (int i = 0; i < BLOCK; i++) {
      least = Math.min(least, values[at + i]);
      most = Math.max(most, values[at + i]);
    }
    ByteBuffer block = ByteBuffer.allocate(type.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
    float loudest = -least > most ? least : most;
    float scale =
        switch (type) {
          case Q4_0 -> loudest / -8;
          case Q4_1 -> (most - least) / 15;
          default -> Math.abs(loudest) / 127;
        };
    float zero = type == TensorType.Q4_0 ? -8 * scale : least;
    block.putShort(Float.floatToFloat16(scale));
    if (type == TensorType.Q4_1) {
      block.putShort(Float.floatToFloat16(zero));
    }
    for (int i = 0; i < (type == TensorType.Q8_0 ? BLOCK : BLOCK / 2); i++) {
      if (type == TensorType.Q8_0) {
        block.put((byte) rounded(values[at + i], 0, scale, -127, 127));
      } else {
        int low = rounded(values[at + i], zero, scale, 0, 15);
        int high = rounded(values[at + i + BLOCK / 2], zero, scale, 0, 15);
        block.put((byte) (low | high << 4));
      }
    }
    return block;
  }

  private static int rounded(float value, float zero, float scale, int least, int most) {
    return scale == 0 ? 0 : Math.clamp(Math.round((value - zero) / scale), least, most);
  }

  private void decode(ByteBuffer block, float[] into, int at) {
    block.rewind();
    float scale = Float.float16ToFloat(block.getShort());
    float zero =
        switch (type) {
          case Q4_0 -> -8 * scale;
          case Q4_1 -> Float.float16ToFloat(block.getShort());
          default -> 0;
        };
    for (int i = 0; block.hasRemaining(); i++) {
      byte stored = block.get();
      if (type == TensorType.Q8_0) {
        into[at + i] = stored * scale;
      } else {
        into[at + i] = (stored & 15) * scale + zero;
        into[at + i + BLOCK / 2] = (stored >> 4 & 15) * scale + zero;
      }
    }
  }

  @Override
  public void close() {
    exact.close();
  }
}
