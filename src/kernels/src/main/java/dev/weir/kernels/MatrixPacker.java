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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleConsumer;

/**
 * Packs a checkpoint's matrices into panels, chunk by chunk: stored blocks are copied out of the
 * file's mapping by Java, which survives a file that shrinks, and never read by native code there.
 */
final class MatrixPacker implements AutoCloseable {
  /**
   * A part of a matrix.
   *
   * @param type how the file stores it
   * @param stored whether its rows are packed as the file stores them, or dequantised first
   */
  private record Part(MatrixRows rows, TensorType type, boolean stored, PanelFormat format) {
    RowSource source() {
      return stored ? RowSource.of(type) : RowSource.F32;
    }

    long rowBytes(int columns) {
      return stored
          ? (long) columns / type.blockElements() * type.blockBytes()
          : (long) columns * Float.BYTES;
    }
  }

  /** What a thread reads at once: small enough for the second-level cache. */
  private static final int CHUNK_BYTES = 256 << 10;

  private static final int GROUP = 32;
  private static final int LANES = 16;

  private final NativeKernels kernels;
  private final NativeMemory memory;
  private final TensorSource tensors;
  private final KernelPrecision precision;
  private final DoubleConsumer progress;
  private final long total;
  private final PackingThreads threads;
  private final AtomicLong done = new AtomicLong();

  /**
   * @param threads that pack together, the caller's own counted
   * @param total elements of all matrices, for the progress
   */
  MatrixPacker(
      NativeKernels kernels,
      NativeMemory memory,
      TensorSource tensors,
      KernelPrecision precision,
      int threads,
      long total,
      DoubleConsumer progress) {
    this.kernels = kernels;
    this.memory = memory;
    this.tensors = tensors;
    this.precision = precision;
    this.threads = new PackingThreads(kernels, threads);
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
    pack(into, tensorRows, rows, columns, precision);
  }

  /** The same in float32, whatever the precision of the others. */
  void packExact(MemorySegment into, List<MatrixRows> tensorRows, int rows, int columns) {
    pack(into, tensorRows, rows, columns, KernelPrecision.F32);
  }

  private void pack(
      MemorySegment into,
      List<MatrixRows> tensorRows,
      int rows,
      int columns,
      KernelPrecision wanted) {
    List<Part> parts = tensorRows.stream().map(part -> part(part, columns, wanted)).toList();
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
  private Part part(MatrixRows rows, int columns, KernelPrecision wanted) {
    require(rows.tensor(), rows.targets().length, columns);
    PanelFormat floats =
        switch (wanted) {
          case F32 -> PanelFormat.F32;
          case BF16 -> PanelFormat.BF16;
          case AUTO, GROUPS -> PanelFormat.Q8;
        };
    TensorType type = tensors.describe(rows.tensor()).type();
    RowSource source = RowSource.of(type);
    boolean stored =
        (source.floats() || floats == PanelFormat.Q8)
            && columns % type.blockElements() == 0
            && tensors.readStored(rows.tensor(), 0, room(threads.room(), type.blockBytes()));
    return new Part(rows, type, stored, stored ? source.format(floats) : floats);
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
    long rowBytes = part.rowBytes(columns);
    int step = Math.toIntExact(Math.max(1, CHUNK_BYTES / Math.max(1, rowBytes)));
    int rows = part.rows().targets().length;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment targets = arena.allocateFrom(JAVA_INT, part.rows().targets());
      threads.run(
          Math.ceilDiv(rows, step),
          (piece, memory) -> {
            int row = piece * step;
            int count = Math.min(step, rows - row);
            MemorySegment from = room(memory, count * rowBytes);
            read(part, (long) row * columns, count * columns, from);
            MemorySegment places = targets.asSlice((long) row * Integer.BYTES);
            if (!kernels.pack(matrix, from, part.source().ordinal(), columns, count, places)) {
              throw new CheckpointException(
                  "tensor %s has a value that is not finite, or beyond what %s can hold"
                      .formatted(tensor, part.format()));
            }
            done.addAndGet((long) count * columns);
          },
          this::tellProgress);
    }
    tellProgress();
  }

  private void tellProgress() {
    progress.accept(Math.min(1, (double) done.get() / total));
  }

  private void read(Part part, long firstElement, int elements, MemorySegment into) {
    String tensor = part.rows().tensor();
    if (part.stored()) {
      if (!tensors.readStored(tensor, firstElement / part.type().blockElements(), into)) {
        throw new CheckpointException("tensor " + tensor + " cannot be read as it is stored");
      }
    } else {
      float[] values = new float[elements];
      tensors.read(tensor, firstElement, values);
      MemorySegment.copy(values, 0, into, JAVA_FLOAT, 0, elements);
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

  private static MemorySegment room(GrowingMemory memory, long bytes) {
    return memory.atLeast(Math.max(bytes, CHUNK_BYTES)).asSlice(0, bytes);
  }

  @Override
  public void close() {
    threads.close();
  }
}
