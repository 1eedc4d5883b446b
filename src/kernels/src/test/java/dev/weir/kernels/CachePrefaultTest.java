package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CachePrefaultTest {
  private static final int LAYERS = 2;
  private static final int HEAD_SIZE = 32;
  private static final long LAYER_BLOCK = 2L * 16 * HEAD_SIZE * Short.BYTES;
  private static final long BLOCK = LAYERS * LAYER_BLOCK; // 4 KiB
  private static final int BLOCKS = 8_000;

  /** A huge page a layer. */
  private static final int AT_ONCE = (int) (LAYERS * (2L << 20) / BLOCK);

  private static final int AHEAD = 2_000;
  private static final int PAGE = 4096;

  private final NativeKernels kernels = TestingKernels.get();
  private final NativeMemory memory = new NativeMemory(kernels);
  private final MemorySegment cache = memory.allocate(BLOCKS * BLOCK);
  private final MemorySegment model = model();

  private MemorySegment model() {
    MemorySegment made = memory.allocate(Structs.MODEL.byteSize());
    made.set(ADDRESS, Structs.offset(Structs.MODEL, "cache"), cache);
    made.set(JAVA_LONG, Structs.offset(Structs.MODEL, "cache_blocks"), BLOCKS);
    made.set(JAVA_INT, Structs.offset(Structs.MODEL, "layers"), LAYERS);
    made.set(JAVA_INT, Structs.offset(Structs.MODEL, "kv_heads"), 1);
    made.set(JAVA_INT, Structs.offset(Structs.MODEL, "head_size"), HEAD_SIZE);
    return made;
  }

  @AfterEach
  void freeAll() {
    memory.close();
  }

  private CachePrefault start() {
    return new CachePrefault(kernels, model, BLOCKS, LAYERS, BLOCK, AHEAD * BLOCK);
  }

  private static void awaitDone(CachePrefault prefault, int blocks) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (prefault.done() < blocks) {
      assertThat(System.nanoTime()).as("%d blocks", prefault.done()).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void itStaysAheadOfTheBlocksThatAreWrittenAndTakesNoMoreThanThat() {
    try (CachePrefault prefault = start()) {
      awaitDone(prefault, AHEAD);
      for (int block = 0; block < 3 * AT_ONCE; block++) {
        prefault.onBlock(block);
        assertThat(prefault.wanted() - block).isBetween(AHEAD - AT_ONCE, AHEAD + AT_ONCE);
      }
      int wanted = prefault.wanted();
      awaitDone(prefault, wanted);
      prefault.onBlock(0); // an old one again
      assertThat(prefault.wanted()).isEqualTo(wanted);
      assertThat(prefault.done()).isEqualTo(wanted);
      prefault.onBlock(BLOCKS - 1);
      awaitDone(prefault, BLOCKS);
      prefault.onBlock(BLOCKS - 1);
      assertThat(prefault.done()).isEqualTo(BLOCKS);
    }
  }

  @Test
  void itCanBeClosedAtAnyMoment() {
    for (int blocks = 0; blocks < BLOCKS; blocks += BLOCKS / 20) {
      CachePrefault prefault = start();
      prefault.onBlock(BLOCKS - 1);
      awaitDone(prefault, blocks);
      prefault.close();
      assertThat(prefault.isRunning()).isFalse(); // the memory may go now
    }
  }

  @Test
  void blocksOfEachLayerAreThereAfterwardsWithTheContentThatTheyHad() {
    for (long at = 0; at < cache.byteSize(); at += 1_001) {
      if (at / BLOCK % 4_000 == 7) {
        cache.set(JAVA_BYTE, at, (byte) (at % 251));
      }
    }
    assertThat(resident()).isLessThan(cache.byteSize() / 4);
    kernels.prefault(model, 0, BLOCKS / 2);
    long half = resident();
    kernels.prefault(model, BLOCKS / 2, BLOCKS);
    assertThat(half).isGreaterThanOrEqualTo(cache.byteSize() / 2);
    assertThat(resident()).isGreaterThanOrEqualTo(cache.byteSize());
    for (long at = 0; at < cache.byteSize(); at += 1_001) {
      byte there = (byte) (at / BLOCK % 4_000 == 7 ? at % 251 : 0);
      if (cache.get(JAVA_BYTE, at) != there) {
        assertThat(at).as("a byte that changed").isNegative();
      }
    }
  }

  /** Bytes of the cache that the system has given; see mincore(2). */
  private long resident() {
    long pages = cache.byteSize() / PAGE;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment flags = arena.allocate(pages);
      Linker linker = Linker.nativeLinker();
      MethodHandle mincore =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("mincore"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS));
      assertThat((int) mincore.invokeExact(cache, cache.byteSize(), flags)).isZero();
      return PAGE * flags.elements(JAVA_BYTE).filter(f -> (f.get(JAVA_BYTE, 0) & 1) == 1).count();
    } catch (Throwable e) {
      throw NativeKernels.rethrown(e);
    }
  }
}
