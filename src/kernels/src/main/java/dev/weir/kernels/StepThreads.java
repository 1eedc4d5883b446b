package dev.weir.kernels;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many threads compute the next pass: a fixed number, or what turns out to be fastest on a
 * machine whose other cores may be taken at any moment. Passes of similar size are judged together,
 * since a few rows wait for memory where many wait for the cores.
 *
 * <p>It knows no clock: it is told what passes took. A pass computes the same whatever the number.
 *
 * <p>For the thread that steps, but for {@link #inUse}.
 */
final class StepThreads {
  private static final Logger LOG = LoggerFactory.getLogger(StepThreads.class);

  /**
   * Numbers that are tried, as far as there are cores, and all cores but one: each a third to a
   * half above the last, and what is left when another process takes a core.
   */
  private static final int[] LADDER = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};

  /** Sizes of passes: 1 to 3 rows, 4 to 15, 16 to 63, and more. */
  private static final int SIZES = 4;

  private final List<ThreadSearch> bySize = new ArrayList<>();
  private volatile int inUse;

  private StepThreads(int[] numbers) {
    for (int i = 0; i < SIZES; i++) {
      bySize.add(new ThreadSearch(numbers));
    }
    inUse = numbers[numbers.length - 1];
  }

  static StepThreads of(KernelOptions options) {
    int most = options.mostThreads();
    return options.threads() == KernelOptions.AUTO_THREADS ? measured(most) : fixed(most);
  }

  /** Always the same number. */
  static StepThreads fixed(int threads) {
    return new StepThreads(new int[] {threads});
  }

  /** Begins with the most that there may be, and finds out. */
  static StepThreads measured(int most) {
    List<Integer> numbers = new ArrayList<>();
    for (int threads : LADDER) {
      if (threads < most - 1) {
        numbers.add(threads);
      }
    }
    if (most > 1) {
      numbers.add(most - 1);
    }
    numbers.add(most);
    return new StepThreads(numbers.stream().mapToInt(Integer::intValue).toArray());
  }

  /** How many threads shall compute the next pass. */
  int next(int rows) {
    return bySize.get(size(rows)).next(rows);
  }

  /** The pass that {@link #next} was asked about took so long. */
  void onPass(int rows, long nanos) {
    ThreadSearch search = bySize.get(size(rows));
    int before = search.chosen();
    search.onPass(rows, nanos);
    inUse = search.chosen();
    if (inUse != before) {
      LOG.debug("passes like the last one, of {} rows: {} threads, not {}", rows, inUse, before);
    }
  }

  /** What the last pass was thought to be fastest with, whether or not it tried another number. */
  int inUse() {
    return inUse;
  }

  private static int size(int rows) {
    return Math.min(SIZES - 1, (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(rows)) / 2);
  }
}
