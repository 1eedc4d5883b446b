package dev.weir.text;

import java.lang.foreign.MemorySegment;
import java.util.Set;

/** The weights of a checkpoint by their Hugging Face names, whatever file format they lie in. */
public interface TensorSource extends AutoCloseable {
  Set<String> names();

  /**
   * Describes a tensor.
   *
   * @throws CheckpointException if there is none of that name; the message names it
   */
  TensorDescription describe(String name);

  /**
   * Reads and dequantises elements of a tensor.
   *
   * @param offset index of the first element in row-major order; a multiple of the type's block
   *     size
   * @param into filled whole
   */
  void read(String name, long offset, float[] into);

  /**
   * Copies whole blocks of a tensor as its file holds them, for those who compute with the stored
   * values.
   *
   * @param firstBlock index of the first block, in row-major order
   * @param into filled whole; a multiple of the type's block bytes
   * @return false if they cannot be had: then {@link #read} alone can tell the values
   */
  default boolean readStored(String name, long firstBlock, MemorySegment into) {
    return false;
  }

  @Override
  void close();
}
