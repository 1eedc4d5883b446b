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
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Packs a checkpoint's matrices into panels, chunk by chunk: stored blocks are copied out of the
 * file's mapping by Java, which survives a file that shrinks, and never read by native code there.
 */
final class MatrixPacker implements AutoCloseable {
  /** A part of a matrix, how its rows are read and what becomes of them. */
  private record Part(MatrixRows rows, RowSource source, PanelFormat format) {}

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
   * @param tensorRows parts that share no panel, unless they are of one format
   * @param rows of the matrix; a multiple of 16, those that no part fills are zeros
   * @param columns of the tensors
   * @throws CheckpointException if a tensor is absent, of another shape, or not finite
   */
  void pack(MemorySegment into, List<MatrixRows> tensorRows, int rows, int columns) {
    List<Part> parts = tensorRows.stream().map(part -> part(part, columns)).toList();
    int width = padded(columns, GROUP);
    PanelFormat[] formats = formats(parts, rows / LANES);
    long bytes = 0;
    for (PanelFormat format : formats) {
      bytes = Math.addExact(bytes, kernels.panelStride(format, width));
    }
    into.set(ADDRESS, Structs.offset(Structs.MATRIX, "panels"), memory.allocate(bytes));
    into.set(JAVA_LONG, Structs.offset(Structs.MATRIX, "stride"), bytes / formats.length);
    into.set(JAVA_INT, Structs.offset(Structs.MATRIX, "rows"), rows);
    into.set(JAVA_INT, Structs.offset(Structs.MATRIX, "columns"), width);
    into.set(JAVA_INT, Structs.offset(Structs.MATRIX, "format"), formats[0].ordinal());
    if (Arrays.stream(formats).distinct().count() > 1) {
      into.set(ADDRESS, Structs.offset(Structs.MATRIX, "each"), each(formats, width));
    }
    for (Part part : parts) {
      packPart(into, part, columns);
    }
  }

  /** The file's own blocks where it has some and the precision asks for them. */
  private Part part(MatrixRows rows, int columns) {
    require(rows.tensor(), rows.targets().length, columns);
    RowSource source = RowSource.FLOATS;
    PanelFormat floats =
        switch (precision) {
          case F32 -> PanelFormat.F32;
          case BF16 -> PanelFormat.BF16;
          case AUTO, GROUPS -> PanelFormat.Q8;
        };
    TensorType type = tensors.describe(rows.tensor()).type();
    if (floats == PanelFormat.Q8
        && columns % type.blockElements() == 0
        && tensors.readStored(rows.tensor(), 0, room(type.blockBytes()))) {
      source = RowSource.of(type);
    }
    return new Part(rows, source, source.format(floats));
  }

  /** The format of each panel; of those that no part fills it does not matter. */
  private static PanelFormat[] formats(List<Part> parts, int panels) {
    PanelFormat[] formats = new PanelFormat[panels];
    Arrays.fill(formats, parts.getFirst().format());
    boolean[] filled = new boolean[panels];
    for (Part part : parts) {
      for (int target : part.rows().targets()) {
        if (target < 0 || target >= panels * LANES) {
          throw new IllegalArgumentException("row %d of %d".formatted(target, panels * LANES));
        }
        int panel = target / LANES;
        if (filled[panel] && formats[panel] != part.format()) {
          throw new IllegalArgumentException(
              "panel %d would be %s and %s".formatted(panel, formats[panel], part.format()));
        }
        filled[panel] = true;
        formats[panel] = part.format();
      }
    }
    return formats;
  }

  /** Where each panel lies: parts of different types keep their own values, in one stream. */
  private MemorySegment each(PanelFormat[] formats, int width) {
    long size = Structs.PANEL.byteSize();
    MemorySegment each = memory.allocate(formats.length * size);
    long offset = 0;
    for (int i = 0; i < formats.length; i++) {
      MemorySegment panel = each.asSlice(i * size, size);
      panel.set(JAVA_LONG, Structs.offset(Structs.PANEL, "offset"), offset);
      panel.set(JAVA_INT, Structs.offset(Structs.PANEL, "format"), formats[i].ordinal());
      offset += kernels.panelStride(formats[i], width);
    }
    return each;
  }

  private void packPart(MemorySegment matrix, Part part, int columns) {
    String tensor = part.rows().tensor();
    TensorType type = tensors.describe(tensor).type();
    long rowBytes =
        part.source() == RowSource.FLOATS
            ? (long) columns * Float.BYTES
            : (long) columns / type.blockElements() * type.blockBytes();
    int step = Math.toIntExact(Math.max(1, CHUNK_BYTES / rowBytes));
    int rows = part.rows().targets().length;
    try (Arena targets = Arena.ofConfined()) {
      MemorySegment to = targets.allocateFrom(JAVA_INT, part.rows().targets());
      for (int row = 0; row < rows; row += step) {
        int count = Math.min(step, rows - row);
        MemorySegment from = room(count * rowBytes);
        read(tensor, part.source(), (long) row * columns, count * columns, from);
        MemorySegment places = to.asSlice((long) row * Integer.BYTES);
        if (!kernels.pack(matrix, from, part.source().ordinal(), columns, count, places)) {
          throw new CheckpointException(
              "tensor %s has a value that is not finite, or beyond what %s can hold"
                  .formatted(tensor, part.format()));
        }
        done += (long) count * columns;
        progress.accept(Math.min(1, (double) done / total));
      }
    }
  }

  private void read(
      String tensor, RowSource source, long firstElement, int elements, MemorySegment into) {
    if (source == RowSource.FLOATS) {
      float[] values = new float[elements];
      tensors.read(tensor, firstElement, values);
      MemorySegment.copy(values, 0, into, JAVA_FLOAT, 0, elements);
      return;
    }
    int block = tensors.describe(tensor).type().blockElements();
    if (!tensors.readStored(tensor, firstElement / block, into)) {
      throw new CheckpointException("tensor " + tensor + " cannot be read as it is stored");
    }
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
