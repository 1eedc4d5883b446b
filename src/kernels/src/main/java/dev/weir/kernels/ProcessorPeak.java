package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * What this processor can do at best, for benchmarks to hold the kernels against. Measured on so
 * many threads at once, each for some tenths of a second; whatever else runs takes away from it.
 */
public final class ProcessorPeak {
  /** In the order of weir.h. */
  private static final List<String> INSTRUCTIONS =
      List.of("", "vpdpbusd, 512 bits", "vpdpbusd, 256 bits", "vpmaddubsw, 256 bits");

  private static final int PASSES = 5;

  /** About 0.2 s at 24 instructions a loop and two or three a nanosecond. */
  private static final long LOOPS = 20_000_000;

  /** Of all threads together: no cache holds it. */
  private static final long READ_BYTES = 5L << 28; // 1.25 GiB

  private static final long READ_UNIT = 1 << 21; // a huge page

  /** One after another, and in four places at once: which is faster depends on the machine. */
  private static final int[] STREAMS = {1, 4};

  private final NativeKernels kernels;
  private final int instruction;
  private final MethodHandle products;
  private final MethodHandle read;
  // the words go somewhere
  private volatile long sink;

  private ProcessorPeak(NativeKernels kernels) {
    this.kernels = kernels;
    products =
        kernels.handle("weir_peak_products", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG));
    read =
        kernels.handle(
            "weir_peak_read", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT));
    try {
      instruction =
          (int)
              kernels
                  .handle("weir_peak_instruction", FunctionDescriptor.of(JAVA_INT))
                  .invokeExact();
    } catch (Throwable e) {
      throw NativeKernels.rethrown(e);
    }
  }

  /** Why nothing can be measured; empty if it can: the kernels were not compiled. */
  public static String missing() {
    return NativeKernels.missing();
  }

  /**
   * The processor that this process runs on.
   *
   * @throws IllegalStateException if the kernels were not compiled
   */
  public static ProcessorPeak get() {
    return new ProcessorPeak(NativeKernels.get());
  }

  /**
   * The instruction that multiplies most 8-bit integers, such as {@code vpdpbusd, 512 bits}; empty
   * where none is known. {@code vpmaddubsw} leaves the sums in 16 bits, which real kernels have to
   * widen: no int8 product of an AVX2 machine comes near that peak.
   */
  public String instruction() {
    return INSTRUCTIONS.get(instruction);
  }

  /**
   * Multiply-adds of 8-bit integers per second, of all threads together: the best of five passes.
   *
   * @return 0 if no instruction is known
   */
  public double multiplyAdds(int threads) throws InterruptedException {
    if (instruction == 0) {
      return 0;
    }
    double best = 0;
    for (int pass = 0; pass < PASSES; pass++) {
      best = Math.max(best, AllAtOnce.perSecond(threads, thread -> products(LOOPS)));
    }
    return best;
  }

  /** Does nothing but multiply; returns how many products were added. */
  long products(long loops) {
    try {
      return (long) products.invokeExact(instruction, loops);
    } catch (Throwable e) {
      throw NativeKernels.rethrown(e);
    }
  }

  /**
   * Bytes per second that the threads read together, each of memory of its own, 1.25 GiB in all,
   * with the widest loads: the best of five passes in one stream and five in four.
   */
  public double readBandwidth(int threads) throws InterruptedException {
    long bytes = Math.ceilDiv(READ_BYTES, threads * READ_UNIT) * READ_UNIT;
    try (NativeMemory memory = new NativeMemory(kernels)) {
      MemorySegment all = memory.allocate(bytes * threads);
      // Written by the thread that reads it, so that it lies near it; not zero pages.
      AllAtOnce.perSecond(
          threads,
          thread -> {
            all.asSlice(thread * bytes, bytes).fill((byte) (thread + 1));
            return bytes;
          });
      double best = 0;
      for (int streams : STREAMS) {
        for (int pass = 0; pass < PASSES; pass++) {
          best =
              Math.max(
                  best,
                  AllAtOnce.perSecond(
                      threads,
                      thread -> {
                        sink = read(all.asSlice(thread * bytes, bytes), streams);
                        return bytes;
                      }));
        }
      }
      return best;
    }
  }

  /** The exclusive or of the words of memory that is aligned to 64 bytes. */
  long read(MemorySegment memory, int streams) {
    try {
      return (long) read.invokeExact(memory, memory.byteSize(), streams);
    } catch (Throwable e) {
      throw NativeKernels.rethrown(e);
    }
  }
}
