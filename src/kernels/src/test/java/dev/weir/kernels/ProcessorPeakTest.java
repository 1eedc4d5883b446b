package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessorPeakTest {

  @Test
  void theInstructionIsOneThatTheKernelsOfThisProcessorHave() {
    TestingKernels.get();
    ProcessorPeak peak = ProcessorPeak.get();
    if (TestingKernels.variants().anyMatch(Variant.AVX512VNNI::equals)) {
      assertThat(peak.instruction()).isEqualTo("vpdpbusd, 512 bits");
      assertThat(peak.products(3)).isEqualTo(3 * 24 * 64);
    } else if (TestingKernels.variants().anyMatch(Variant.AVX2::equals)) {
      assertThat(peak.instruction()).endsWith(", 256 bits");
      assertThat(peak.products(3)).isEqualTo(3 * 12 * 32);
    } else {
      assertThat(peak.products(3)).isZero();
    }
  }

  /** So that no loop leaves memory out. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void everyWordIsReadOnceInOneStreamAndInFour(int streams) {
    TestingKernels.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(5 * 256, 64);
      SplittableRandom random = new SplittableRandom(5);
      long expected = 0;
      for (long i = 0; i < memory.byteSize() / Long.BYTES; i++) {
        long word = random.nextLong();
        memory.setAtIndex(ValueLayout.JAVA_LONG, i, word);
        expected ^= word;
      }
      assertThat(ProcessorPeak.get().read(memory, streams)).isEqualTo(expected);
    }
  }

  @Test
  void allThreadsDoTheirShare() throws Exception {
    AtomicIntegerArray calls = new AtomicIntegerArray(3);
    assertThat(AllAtOnce.perSecond(3, thread -> 1 + calls.getAndIncrement(thread))).isPositive();
    assertThat(calls.toString()).isEqualTo("[1, 1, 1]");
  }

  @Test
  void aThreadThatFailsIsTold() {
    assertThatThrownBy(() ->
            AllAtOnce.perSecond(
                2,
                thread -> {
                  throw new IllegalArgumentException("thread " + thread);
                }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("thread 0");
  }
}
