package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.text.ModelConfig;
import dev.weir.torch.TestingTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What models take of the system they give back, and the JVM's threads are left as they were. */
class NativeResourcesTest {
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final Path MAPS = Path.of("/proc/self/maps");
  private static final int MODELS = 100;
  private static final int THREADS = 4;

  /** What the JVM itself starts and maps meanwhile; a leak would be 300 threads. */
  private static final int NOISE = 60;

  /** Compilers and the heap; the models touch some 2 MB each. */
  private static final long NOISE_BYTES = 100 << 20;

  /** Signals 1 to 64 but KILL and STOP, and the two that glibc keeps for itself. */
  private static final long BLOCKABLE = ~(1L << 8 | 1L << 18 | 1L << 31 | 1L << 32);

  @Test
  void threadsOfAPoolBlockAllSignalsAndEndWithIt() throws IOException {
    NativeKernels kernels = TestingKernels.get();
    Set<String> before = tasks();
    MemorySegment pool = kernels.openPool(THREADS);
    Set<String> started = tasks();
    started.removeAll(before);
    long ours = 0;
    for (String task : started) {
      ours += (blocked(task) & BLOCKABLE) == BLOCKABLE ? 1 : 0;
    }
    assertThat(ours).isEqualTo(THREADS - 1);
    long own = blocked("thread-self");
    assertThat(own & BLOCKABLE).isNotEqualTo(BLOCKABLE); // the caller's are what they were
    kernels.closePool(pool);
    await(() -> {
      for (String task : started) {
        if ((blocked(task) & BLOCKABLE) == BLOCKABLE) {
          return false;
        }
      }
      return true;
    });
  }

  @Test
  void aHundredModelsLeaveNoThreadsMappingsOrMemory() throws IOException {
    ModelConfig config = TestingArchitectures.any(new Random(12));
    TestingTensors tensors = TestingTensors.random(config, 1);
    List<Variant> variants = TestingKernels.variants().toList();
    openAndClose(config, tensors, variants, 2 * variants.size());
    int tasks = tasks().size();
    long mappings = mappings();
    long resident = residentBytes();
    openAndClose(config, tensors, variants, MODELS);
    await(() -> tasks().size() < tasks + NOISE);
    await(() -> mappings() < mappings + NOISE);
    await(() -> residentBytes() < resident + NOISE_BYTES);
  }

  /** The variant of the library for tests maps each buffer alone: none can hide in another. */
  private static void openAndClose(
      ModelConfig config, TestingTensors tensors, List<Variant> variants, int count) {
    for (int i = 0; i < count; i++) {
      Variant variant = variants.get(i % variants.size());
      try (KernelLanguageModel model =
          TestingKernels.load(
              tensors.checkpoint(config), TestingKernels.F32.withThreads(THREADS), variant)) {
        int[] tokens = new int[40];
        model.step(
            List.of(new SequenceSlice(0, tokens, new int[] {0, 1, 2}, List.of(LogitsQuery.WHOLE))));
      }
    }
  }

  /** Threads that end, and compilers, take a moment; a leak stays. */
  private static void await(BooleanSupplier settled) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!settled.getAsBoolean()) {
      assertThat(System.nanoTime()).as("what was taken is given back").isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static Set<String> tasks() {
    try (Stream<Path> tasks = Files.list(TASKS)) {
      return tasks
          .map(task -> TASKS.resolve(task.getFileName()).toString())
          .collect(Collectors.toCollection(HashSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The signals that a thread blocks, signal 1 in the lowest bit; none once it has ended. */
  private static long blocked(String task) {
    Path status =
        task.equals("thread-self") ? Path.of("/proc/thread-self/status") : Path.of(task, "status");
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("SigBlk:"))
          .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  private static long mappings() {
    try (Stream<String> lines = Files.lines(MAPS)) {
      return lines.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long residentBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A library that was linked with -ffast-math makes zeros of subnormal numbers in this thread. */
  @Test
  void subnormalNumbersAreNumbersAfterTheLibraryWasLoadedAndAStepRan() {
    ModelConfig config = TestingArchitectures.any(new Random(12));
    TestingTensors tensors = TestingTensors.random(config, 1);
    openAndClose(config, tensors, TestingKernels.variants().toList(), 4);
    float least = Float.intBitsToFloat(Integer.parseInt("1")); // nothing that a compiler knows
    assertThat(least * 1.5f).isEqualTo(2 * Float.MIN_VALUE);
  }
}
