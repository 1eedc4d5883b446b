package dev.weir.torch;

import dev.weir.text.CheckpointException;
import dev.weir.text.TensorSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Streams tensors of a checkpoint into a program: one buffer's worth at a time, so that beside the
 * program's own copy there is never more than one matrix in memory.
 */
final class WeightLoader implements AutoCloseable {
  /** Elements of the buffer: 4 MiB, which the processor's cache holds between the copies. */
  private static final int CHUNK = 1 << 20;

  private final TensorSource tensors;
  private final TorchModule module;
  private final DoubleConsumer progress;
  private final long total;
  private final Arena arena = Arena.ofConfined();
  private MemorySegment buffer = MemorySegment.NULL;
  private float[] floats = new float[0];
  private long done;

  /**
   * Makes a loader.
   *
   * @param total elements that will be loaded
   * @param progress told the fraction loaded, up to 1
   */
  WeightLoader(TensorSource tensors, TorchModule module, long total, DoubleConsumer progress) {
    this.tensors = tensors;
    this.module = module;
    this.total = total;
    this.progress = progress;
  }

  /** Keeps values that are no tensor of the checkpoint. */
  void vector(float[] values) {
    module.run("stage", 1, values.length);
    room(values.length).put(values);
    fill("fill", 1, values.length, 0);
    module.run("keep_vector");
  }

  /** Keeps tensors of one dimension as one vector. */
  void vector(List<MatrixPart> parts) {
    float[] all = new float[parts.stream().mapToInt(MatrixPart::rows).sum()];
    int first = 0;
    for (MatrixPart part : parts) {
      require(part.tensor(), List.of((long) part.rows()));
      float[] values = read(part.tensor(), 0, part.rows());
      for (int i = 0; i < values.length; i++) {
        all[first + part.target(i)] = values[i] * part.scaleOf(i);
      }
      first += part.rows();
    }
    vector(all);
  }

  /** Stages tensors of shape [rows, columns] as one matrix; a method of the program keeps it. */
  void stage(List<MatrixPart> parts, int columns) {
    module.run("stage", parts.stream().mapToInt(MatrixPart::rows).sum(), columns);
    int first = 0;
    for (MatrixPart part : parts) {
      require(part.tensor(), List.of((long) part.rows(), (long) columns));
      // Whole heads, so that a row and its target lie in the same chunk.
      int step = Math.max(1, CHUNK / columns / part.headSize()) * part.headSize();
      for (int row = 0; row < part.rows(); row += step) {
        int rows = Math.min(step, part.rows() - row);
        float[] chunk = read(part.tensor(), (long) row * columns, rows * columns);
        place(chunk, part, row, rows, columns);
        fill("fill", rows, columns, first + row);
      }
      first += part.rows();
    }
  }

  private void place(float[] chunk, MatrixPart part, int row, int rows, int columns) {
    FloatBuffer target = room(rows * columns);
    for (int i = 0; i < rows; i++) {
      float scale = part.scaleOf(row + i);
      if (scale != 1) {
        scale(chunk, i * columns, columns, scale);
      }
      target.put((part.target(row + i) - row) * columns, chunk, i * columns, columns);
    }
  }

  /** Stages a tensor of shape [columns, rows]: GPT-2 stores its linear layers that way. */
  void stageTransposed(MatrixPart part, int columns) {
    int rows = part.rows();
    require(part.tensor(), List.of((long) columns, (long) rows));
    module.run("stage", rows, columns);
    int step = Math.max(1, CHUNK / rows);
    for (int column = 0; column < columns; column += step) {
      int inputs = Math.min(step, columns - column);
      float[] chunk = read(part.tensor(), (long) column * rows, inputs * rows);
      for (int i = 0; i < inputs; i++) {
        scale(chunk, i * rows, part.scaledRows(), part.scale());
      }
      room(chunk.length).put(chunk);
      fill("fill_transposed", inputs, rows, column);
    }
  }

  /** Runs the program's method that keeps or frees what is staged. */
  void finish(String method) {
    module.run(method);
  }

  private static void scale(float[] values, int from, int count, float by) {
    for (int i = from; i < from + count; i++) {
      values[i] *= by;
    }
  }

  /** Reads elements and counts them as loaded; the array is reused. */
  private float[] read(String tensor, long offset, int count) {
    if (floats.length != count) {
      floats = new float[count];
    }
    tensors.read(tensor, offset, floats);
    done += count;
    progress.accept(Math.min(1, (double) done / total));
    return floats;
  }

  /** Off-heap room for some elements, freed with the loader rather than by a collector. */
  private FloatBuffer room(int count) {
    long bytes = (long) count * Float.BYTES;
    if (buffer.byteSize() < bytes) {
      buffer = arena.allocate(Math.max(bytes, (long) CHUNK * Float.BYTES), Float.BYTES);
    }
    return buffer.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private void fill(String method, int rows, int columns, int at) {
    ByteBuffer filled =
        buffer
            .asSlice(0, (long) rows * columns * Float.BYTES)
            .asByteBuffer()
            .order(ByteOrder.nativeOrder());
    module.runWithMatrix(method, filled, rows, columns, at);
  }

  private void require(String tensor, List<Long> shape) {
    List<Long> found = tensors.describe(tensor).shape();
    if (!found.equals(shape)) {
      throw new CheckpointException(
          "tensor %s has shape %s, the config asks for %s".formatted(tensor, found, shape));
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
