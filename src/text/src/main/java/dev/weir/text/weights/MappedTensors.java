package dev.weir.text.weights;

import dev.weir.text.CheckpointException;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorSource;
import dev.weir.text.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Tensors in mapped files. Safe for use by several threads; closing it unmaps the files. */
public final class MappedTensors implements TensorSource {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Stored bytes decoded at once: small enough for the second-level cache beside its floats. */
  private static final int CHUNK_BYTES = 64 * 1024;

  private final Mapping mapping;
  private final Map<String, StoredTensor> tensors;
  private final Map<String, String> unsupported;

  /**
   * Takes over a mapping and the tensors in it.
   *
   * @param unsupported the type of each tensor whose type Weir cannot read. It may be one that no
   *     model needs, so only describing or reading it fails
   */
  public MappedTensors(
      Mapping mapping, Map<String, StoredTensor> tensors, Map<String, String> unsupported) {
    this.mapping = mapping;
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    this.unsupported = Map.copyOf(unsupported);
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  /** The type of each tensor whose type Weir cannot read; {@link #names} does not have them. */
  public Map<String, String> unsupported() {
    return unsupported;
  }

  @Override
  public TensorDescription describe(String name) {
    return stored(name).description();
  }

  @Override
  public void read(String name, long offset, float[] into) {
    StoredTensor tensor = stored(name);
    long elements = StoredTensor.elements(name, tensor.description().shape());
    if (offset < 0 || offset > elements - into.length) {
      throw new IndexOutOfBoundsException(
          "%d elements from %d of tensor %s, which has %d"
              .formatted(into.length, offset, name, elements));
    }
    int block = tensor.description().type().blockElements();
    if (offset % block != 0) {
      throw new IllegalArgumentException(
          "offset %d in tensor %s is no multiple of its block size %d"
              .formatted(offset, name, block));
    }
    if (into.length == 0) {
      return;
    }
    try {
      if (tensor.transposed()) {
        readTransposed(tensor, offset, into);
      } else {
        readRun(tensor, offset, into, 0, into.length);
      }
    } catch (InternalError e) {
      throw unreadable(name, e);
    }
  }

  @Override
  public boolean readStored(String name, long firstBlock, MemorySegment into) {
    StoredTensor tensor = stored(name);
    if (tensor.transposed()) {
      return false;
    }
    long from = Math.multiplyExact(firstBlock, (long) tensor.description().type().blockBytes());
    try {
      MemorySegment.copy(tensor.stored(), from, into, 0, into.byteSize());
    } catch (InternalError e) {
      throw unreadable(name, e);
    }
    return true;
  }

  /** What the JVM makes of a SIGBUS: the file became shorter after it was mapped. */
  private static CheckpointException unreadable(String name, InternalError cause) {
    return new CheckpointException(
        "tensor " + name + " cannot be read: its file changed or its disk failed", cause);
  }

  @Override
  public void close() {
    mapping.close();
  }

  private StoredTensor stored(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor != null) {
      return tensor;
    }
    String type = unsupported.get(name);
    if (type != null) {
      throw new CheckpointException(
          "tensor %s is of type %s, which is not supported; supported are F32, F16, BF16"
              .formatted(name, type));
    }
    throw new CheckpointException("the checkpoint has no tensor " + name);
  }

  /** Decodes consecutive stored elements; {@code offset} starts a block. */
  private static void readRun(StoredTensor tensor, long offset, float[] into, int at, int count) {
    TensorType type = tensor.description().type();
    MemorySegment stored = tensor.stored();
    if (type == TensorType.F32) {
      MemorySegment.copy(stored, FLOAT, offset * Float.BYTES, into, at, count);
      return;
    }
    int blockElements = type.blockElements();
    int blockBytes = type.blockBytes();
    int blocksLeft = count / blockElements;
    long from = offset / blockElements * blockBytes;
    int chunkBlocks = Math.clamp(blocksLeft, 1, CHUNK_BYTES / blockBytes);
    byte[] chunk = new byte[chunkBlocks * blockBytes];
    int to = at;
    while (blocksLeft > 0) {
      int blocks = Math.min(blocksLeft, chunkBlocks);
      MemorySegment.copy(
          stored, ValueLayout.JAVA_BYTE, from, chunk, 0, Math.multiplyExact(blocks, blockBytes));
      Dequantizer.decode(type, chunk, blocks, into, to);
      from += (long) blocks * blockBytes;
      to += blocks * blockElements;
      blocksLeft -= blocks;
    }
    int rest = at + count - to;
    if (rest > 0) { // the end lies within a block
      MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, from, chunk, 0, blockBytes);
      float[] block = new float[blockElements];
      Dequantizer.decode(type, chunk, 1, block, 0);
      System.arraycopy(block, 0, into, to, rest);
    }
  }

  /**
   * Reads elements of the transpose: walks the stored rows, decodes the blocks of each that cover
   * the wanted columns, and scatters them.
   */
  private static void readTransposed(StoredTensor tensor, long offset, float[] into) {
    long storedColumns = tensor.description().shape().get(0);
    long storedRows = tensor.description().shape().get(1);
    int block = tensor.description().type().blockElements();
    long firstColumn = offset / storedRows;
    long lastColumn = (offset + into.length - 1) / storedRows;
    long start = firstColumn / block * block;
    float[] run = new float[Math.toIntExact(lastColumn + 1 - start)];
    for (long row = 0; row < storedRows; row++) {
      readRun(tensor, row * storedColumns + start, run, 0, run.length);
      for (long column = firstColumn; column <= lastColumn; column++) {
        long target = column * storedRows + row - offset;
        if (target >= 0 && target < into.length) {
          into[(int) target] = run[(int) (column - start)];
        }
      }
    }
  }
}
