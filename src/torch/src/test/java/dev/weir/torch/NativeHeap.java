package dev.weir.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** What malloc has handed out and not got back, by glibc's own count. */
final class NativeHeap {
  /** {@code struct mallinfo2}: ten size_t; the fifth is mapped bytes, the eighth bytes in use. */
  private static final MemoryLayout MALLINFO2 =
      MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));

  private static final long PAUSE_NANOS = 100_000_000;
  private static final int PATIENCE = 600;

  private final MethodHandle mallinfo2;

  private NativeHeap(MethodHandle mallinfo2) {
    this.mallinfo2 = mallinfo2;
  }

  /** Empty where the C library is not glibc 2.33 or later. */
  static Optional<NativeHeap> find() {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("mallinfo2")
        .map(symbol ->
            new NativeHeap(linker.downcallHandle(symbol, FunctionDescriptor.of(MALLINFO2))));
  }

  /**
   * Bytes in use once they are below a bound, or what they are after a minute: the compilers of the
   * JVM hold tens of megabytes for moments, a leak stays.
   */
  static long settled(long bound) {
    NativeHeap heap = find().orElse(null);
    if (heap == null) {
      return 0;
    }
    long bytes = heap.bytesInUse();
    for (int i = 0; i < PATIENCE && bytes >= bound; i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      bytes = heap.bytesInUse();
    }
    return bytes;
  }

  long bytesInUse() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment figures = (MemorySegment) mallinfo2.invokeExact((SegmentAllocator) arena);
      return figures.getAtIndex(ValueLayout.JAVA_LONG, 4)
          + figures.getAtIndex(ValueLayout.JAVA_LONG, 7);
    } catch (Throwable e) {
      throw new IllegalStateException("mallinfo2 failed", e);
    }
  }
}
