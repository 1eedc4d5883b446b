package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.text.CheckpointException;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorSource;
import dev.weir.text.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Packs a checkpoint's matrices into panels, chunk by chunk: stored blocks are copied out of the
 * file's mapping by Java, which survives a file that shrinks, and never read by native code there.
 */
final class MatrixPacker implements AutoCloseable {
  /** Sources that {@code weir_pack} knows, in its order. */
  private enum Source {
    Q4_0,
    Q4_1,
    Q8_0,
    FLOATS
  }

  private static final int CHUNK_BYTES = 4 << 20;
  private static final int GROUP = 32;
  private static final int LANES = 16;

  private final NativeKernels kernels;
  private final NativeMemory memory;
  private final TensorSource tensors;
  private final KernelPrecision precision;
  private final DoubleConsumer progress;
  private final long total;
  private final Arena arena = Arena.ofConfined();
  private MemorySegment chunk = MemorySegment.NULL;
  private long done;

  /**
   * @param total elements of all matrices, for the progress
   */
  MatrixPacker(
      NativeKernels kernels,
      NativeMemory memory,
      TensorSource tensors,
      KernelPrecision precision,
      long total,
      DoubleConsumer progress) {
    this.kernels = kernels;
    this.memory = memory;
    this.tensors = tensors;
    this.precision = precision;
    this.total = total;
    this.progress = progress;
  }

  static int padded(int n, int to) {
    return Math.multiplyExact(Math.ceilDiv(n, to), to);
  }

  /**
   * Packs a matrix.
   *
   * @param into a {@code weir_matrix}
   * @param rows of the matrix; a multiple of 16, those that no part fills are zeros
   * @param columns of the tensors
   * @throws CheckpointException if a tensor is absent, of another shape, or not finite
   */
  void pack(MemorySegment into, List<MatrixRows> parts, int rows, int columns) {
    parts.forEach(part -> require(part.tensor(), part.targets().length, columns));
    PanelFormat format = format(parts, columns);
    int width = padded(columns, GROUP);
    long stride = kernels.panelStride(format, width);
    MemorySegment panels = memory.allocate(Math.multiplyExact(stride, (long) rows / LANES));
    into.set(ADDRESS, Structs.offset(Structs.MATRIX, "panels"), panels);
    into.set(JAVA_LONG, Structs.offset(Structs.MATRIX, "stride"), stride);
    into.set(JAVA_INT, Structs.offset(Structs.MATRIX, "rows"), rows);
    into.set(JAVA_INT, Structs.offset(Structs.MATRIX, "columns"), width);
    into.set(JAVA_INT, Structs.offset(Structs.MATRIX, "format"), format.ordinal());
    for (MatrixRows part : parts) {
      for (int target : part.targets()) {
        if (target < 0 || target >= rows) {
          throw new IllegalArgumentException("row %d of %d".formatted(target, rows));
        }
      }
      packPart(into, part, format, columns);
    }
  }

  /** The 4-bit groups of the file where all parts have them. */
  private PanelFormat format(List<MatrixRows> parts, int columns) {
    return switch (precision) {
      case F32 -> PanelFormat.F32;
      case BF16 -> PanelFormat.BF16;
      case AUTO, GROUPS -> {
        boolean nibbles =
            columns % GROUP == 0
                && parts.stream()
                    .map(part -> tensors.describe(part.tensor()).type())
                    .allMatch(type -> type == TensorType.Q4_0 || type == TensorType.Q4_1);
        yield nibbles && stored(parts) ? PanelFormat.Q4 : PanelFormat.Q8;
      }
    };
  }

  private boolean stored(List<MatrixRows> parts) {
    return parts.stream()
        .allMatch(part ->
            tensors.readStored(
                part.tensor(), 0, room(tensors.describe(part.tensor()).type().blockBytes())));
  }

  private void packPart(MemorySegment matrix, MatrixRows part, PanelFormat format, int columns) {
    TensorType type = tensors.describe(part.tensor()).type();
    boolean whole = columns % GROUP == 0;
    Source source = Source.FLOATS;
    if (format == PanelFormat.Q4) {
      source = type == TensorType.Q4_0 ? Source.Q4_0 : Source.Q4_1;
    } else if (format == PanelFormat.Q8 && type == TensorType.Q8_0 && whole) {
      source = stored(List.of(part)) ? Source.Q8_0 : Source.FLOATS;
    }
    long rowBytes =
        source == Source.FLOATS
            ? (long) columns * Float.BYTES
            : (long) columns / type.blockElements() * type.blockBytes();
    int step = Math.toIntExact(Math.max(1, CHUNK_BYTES / rowBytes));
    int rows = part.targets().length;
    try (Arena targets = Arena.ofConfined()) {
      MemorySegment to = targets.allocateFrom(JAVA_INT, part.targets());
      for (int row = 0; row < rows; row += step) {
        int count = Math.min(step, rows - row);
        MemorySegment from = read(part.tensor(), source, row, count, columns, rowBytes);
        MemorySegment places = to.asSlice((long) row * Integer.BYTES);
        if (!kernels.pack(matrix, from, source.ordinal(), columns, count, places)) {
          throw new CheckpointException(
              "tensor %s has a value that is not finite, or beyond what %s can hold"
                  .formatted(part.tensor(), format));
        }
        done += (long) count * columns;
        progress.accept(Math.min(1, (double) done / total));
      }
    }
  }

  private MemorySegment read(
      String tensor, Source source, int row, int count, int columns, long rowBytes) {
    MemorySegment room = room(count * rowBytes);
    if (source == Source.FLOATS) {
      float[] values = new float[Math.multiplyExact(count, columns)];
      tensors.read(tensor, (long) row * columns, values);
      MemorySegment.copy(values, 0, room, JAVA_FLOAT, 0, values.length);
    } else if (!tensors.readStored(tensor, (long) row * columns / GROUP, room)) {
      throw new CheckpointException("tensor " + tensor + " cannot be read as it is stored");
    }
    return room;
  }

  /**
   * A vector in float32.
   *
   * @param size of the result; a part's elements go where its targets say
   */
  MemorySegment vector(List<MatrixRows> parts, int size) {
    MemorySegment vector = memory.allocate((long) size * Float.BYTES);
    for (MatrixRows part : parts) {
      float[] values = new float[part.targets().length];
      List<Long> shape = tensors.describe(part.tensor()).shape();
      if (!shape.equals(List.of((long) values.length))) {
        throw misshapen(part.tensor(), shape, List.of((long) values.length));
      }
      tensors.read(part.tensor(), 0, values);
      for (int i = 0; i < values.length; i++) {
        vector.setAtIndex(JAVA_FLOAT, part.targets()[i], values[i]);
      }
    }
    return vector;
  }

  private void require(String tensor, int rows, int columns) {
    TensorDescription found = tensors.describe(tensor);
    List<Long> wanted = List.of((long) rows, (long) columns);
    if (!found.shape().equals(wanted)) {
      throw misshapen(tensor, found.shape(), wanted);
    }
  }

  private static CheckpointException misshapen(String tensor, List<Long> found, List<Long> wanted) {
    return new CheckpointException(
        "tensor %s has shape %s, the config asks for %s".formatted(tensor, found, wanted));
  }

  private MemorySegment room(long bytes) {
    if (chunk.byteSize() < bytes) {
      chunk = arena.allocate(Math.max(bytes, CHUNK_BYTES), Long.BYTES);
    }
    return chunk.asSlice(0, bytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
