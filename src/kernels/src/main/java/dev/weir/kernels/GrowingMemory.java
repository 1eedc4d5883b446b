package dev.weir.kernels;

import java.lang.foreign.MemorySegment;

/** A buffer that is replaced by a larger one when more is wanted; its content is lost then. */
final class GrowingMemory implements AutoCloseable {
  private final NativeKernels kernels;
  private MemorySegment memory = MemorySegment.NULL;

  GrowingMemory(NativeKernels kernels) {
    this.kernels = kernels;
  }

  /** At least so many bytes. */
  MemorySegment atLeast(long bytes) {
    if (memory.byteSize() < bytes) {
      long size = Math.max(bytes, 2 * memory.byteSize());
      close();
      memory = kernels.map(size);
    }
    return memory;
  }

  @Override
  public void close() {
    if (memory.byteSize() > 0) {
      kernels.unmap(memory);
      memory = MemorySegment.NULL;
    }
  }
}
