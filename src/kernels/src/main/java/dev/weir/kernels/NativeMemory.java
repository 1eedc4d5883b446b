package dev.weir.kernels;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Everything native that a model owns, freed with it. */
final class NativeMemory implements AutoCloseable {
  /** What every buffer is aligned to: a cache line, and the widest register. */
  private static final long ALIGNMENT = 64;

  /** Small buffers share a mapping of this size, unless each is guarded. */
  private static final long CHUNK = 1 << 20;

  private final NativeKernels kernels;
  private final List<MemorySegment> mappings = new ArrayList<>();
  private MemorySegment chunk = MemorySegment.NULL;
  private long used;

  NativeMemory(NativeKernels kernels) {
    this.kernels = kernels;
  }

  /** Zeros, which take no memory until they are touched. */
  MemorySegment allocate(long bytes) {
    long size = Math.max(ALIGNMENT, Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT);
    if (size > CHUNK / 4 || kernels.guarded()) {
      MemorySegment mapping = kernels.map(size);
      mappings.add(mapping);
      return mapping;
    }
    if (chunk.byteSize() - used < size) {
      chunk = kernels.map(CHUNK);
      mappings.add(chunk);
      used = 0;
    }
    MemorySegment part = chunk.asSlice(used, size);
    used += size;
    return part;
  }

  @Override
  public void close() {
    mappings.forEach(kernels::unmap);
    mappings.clear();
    chunk = MemorySegment.NULL;
  }
}
