package dev.weir.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passes on simulated machines, whose time is theirs: nothing here waits. */
final class StepThreadsTest {
  private static final double SECOND = 1e9;
  private static final double TOKEN_MS = 6; // SmolLM2 on one thread
  private static final double ALL = 0.985;

  /** What was done in a time. */
  private record Outcome(int passes, int[] byThreads) {
    double share(int threads) {
      return (double) byThreads[threads] / passes;
    }
  }

  private static Outcome run(SimulatedMachine machine, double seconds, StepThreads threads) {
    return run(machine, seconds, threads, pass -> 1);
  }

  private static Outcome run(
      SimulatedMachine machine, double seconds, StepThreads threads, IntUnaryOperator rows) {
    int[] byThreads = new int[65];
    int passes = 0;
    for (double end = machine.now() + seconds * SECOND; machine.now() < end; passes++) {
      int n = rows.applyAsInt(passes);
      int on = threads.next(n);
      threads.onPass(n, machine.pass(on, TOKEN_MS * (0.8 + 0.2 * n)));
      byThreads[on]++;
    }
    return new Outcome(passes, byThreads);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.05, 0.2})
  void onTwoIdleCoresNearlyAllPassesRunOnBoth(double noise) {
    for (int seed = 0; seed < 20; seed++) {
      SimulatedMachine machine = new SimulatedMachine(2, 2, 0.95, noise, seed);
      Outcome outcome = run(machine, 60, StepThreads.measured(2));
      assertThat(outcome.share(2)).as("noise %s, seed %d", noise, seed).isGreaterThan(ALL);
    }
  }

  @Test
  void aFixedNumberStays() {
    SimulatedMachine machine = new SimulatedMachine(2, 2, 0.95, 0.2, 1);
    machine.take(1, 0.9);
    assertThat(run(machine, 10, StepThreads.fixed(2)).share(2)).isEqualTo(1);
  }

  /** Half of its time everybody waits for it: 0.5 * 1.9 + 0.5 * 0.02 is less than one thread. */
  @Test
  void aCoreThatIsTakenHalfOfTheTimeAndHoldsAllUpIsLeftAlone() {
    for (int seed = 0; seed < 20; seed++) {
      SimulatedMachine machine = new SimulatedMachine(2, 2, 0.9, 0.2, seed);
      machine.take(0.5, 1);
      StepThreads threads = StepThreads.measured(2);
      run(machine, 20, threads);
      assertThat(run(machine, 60, threads).share(1)).as("seed %d", seed).isGreaterThan(0.8);
    }
  }

  /** A fixed number loses a quarter of the time; 0.5 * 1.9 + 0.5 * 0.8 is more than one thread. */
  @Test
  void aCoreThatIsTakenHalfOfTheTimeButHoldsNobodyUpIsUsed() {
    for (int seed = 0; seed < 20; seed++) {
      SimulatedMachine machine = new SimulatedMachine(2, 2, 0.95, 0.1, seed);
      machine.take(0.5, 0.2);
      StepThreads threads = StepThreads.measured(2);
      run(machine, 5, threads);
      assertThat(run(machine, 60, threads).share(2)).as("seed %d", seed).isGreaterThan(0.85);
    }
  }

  @Test
  void aCoreThatIsTakenIsGivenUpWithinTwoSecondsAndTakenBackWithinFive() {
    for (int seed = 0; seed < 50; seed++) {
      SimulatedMachine machine = new SimulatedMachine(2, 2, 0.95, 0.1, seed);
      StepThreads threads = StepThreads.measured(2);
      run(machine, 30, threads);
      machine.take(1, 0.4);
      run(machine, 2, threads);
      assertThat(threads.inUse()).as("seed %d", seed).isEqualTo(1);
      assertThat(run(machine, 30, threads).share(1)).as("seed %d", seed).isGreaterThan(0.9);
      machine.take(0, 0);
      run(machine, 5, threads);
      assertThat(threads.inUse()).as("seed %d", seed).isEqualTo(2);
      assertThat(run(machine, 30, threads).share(2)).as("seed %d", seed).isGreaterThan(ALL);
    }
  }

  /** Outputs of a memory-bound model: four of eight cores read what there is to read. */
  @Test
  void coresThatWaitForMemoryAreGivenUpWhereThatCostsNothing() {
    for (int seed = 0; seed < 20; seed++) {
      SimulatedMachine machine = new SimulatedMachine(8, 4, 0.98, 0.1, seed);
      StepThreads threads = StepThreads.measured(8);
      run(machine, 120, threads);
      assertThat(threads.inUse()).as("seed %d", seed).isBetween(4, 6);
      int all = run(machine, 60, StepThreads.fixed(8)).passes();
      assertThat(run(machine, 60, threads).passes()).isGreaterThan((int) (0.97 * all));
    }
  }

  @Test
  void sixtyFourCoresAreUsedWhereTheyPay() {
    for (int seed = 0; seed < 10; seed++) {
      SimulatedMachine machine = new SimulatedMachine(64, 64, 0.999, 0.05, seed);
      StepThreads threads = StepThreads.measured(64);
      int measured = run(machine, 30, threads).passes();
      assertThat(threads.inUse()).as("seed %d", seed).isEqualTo(64);
      int all = run(machine, 30, StepThreads.fixed(64)).passes();
      assertThat(measured).as("seed %d", seed).isGreaterThan((int) (ALL * all));
    }
  }

  @Test
  void oneProcessBesideSixtyFourCoresCostsOneOfThem() {
    for (int seed = 0; seed < 10; seed++) {
      SimulatedMachine machine = new SimulatedMachine(64, 64, 0.999, 0.05, seed);
      StepThreads threads = StepThreads.measured(64);
      machine.take(1, 0.4);
      run(machine, 10, threads);
      assertThat(run(machine, 30, threads).share(63)).as("seed %d", seed).isGreaterThan(0.9);
    }
  }

  /** Chunks of prompts between outputs: few rows wait for memory, many for the cores. */
  @Test
  void passesOfDifferentSizesHaveNumbersOfTheirOwn() {
    for (int seed = 0; seed < 10; seed++) {
      SimulatedMachine idle = new SimulatedMachine(8, 8, 0.99, 0.05, seed);
      SimulatedMachine fed = new SimulatedMachine(8, 2, 0.99, 0.05, seed);
      StepThreads threads = StepThreads.measured(8);
      for (int i = 0; i < 60_000; i++) {
        boolean prompt = i % 10 == 0;
        int rows = prompt ? 256 : 1;
        int on = threads.next(rows);
        threads.onPass(rows, prompt ? idle.pass(on, 200) : fed.pass(on, TOKEN_MS));
      }
      assertThat(threads.next(256)).as("seed %d", seed).isGreaterThanOrEqualTo(6);
      assertThat(threads.next(1)).as("seed %d", seed).isLessThanOrEqualTo(4);
    }
  }

  /** Batches that come and go are no load of the machine. */
  @Test
  void aChangingBatchCostsNoMoreTrials() {
    for (int seed = 0; seed < 10; seed++) {
      SimulatedMachine machine = new SimulatedMachine(2, 2, 0.95, 0.1, seed);
      IntUnaryOperator rows = pass -> 1 + pass / 50 % 24;
      StepThreads threads = StepThreads.measured(2);
      run(machine, 20, threads, rows);
      Outcome outcome = run(machine, 60, threads, rows);
      assertThat(outcome.share(2)).as("seed %d", seed).isGreaterThan(0.98);
    }
  }

  /** Whatever the machine: nearly what the best fixed number would have done, after a while. */
  @Property(tries = 200)
  void noFixedNumberDoesMuchBetter(
      @ForAll @IntRange(min = 1, max = 64) int cores,
      @ForAll @DoubleRange(min = 0.1, max = 1) double fed,
      @ForAll @DoubleRange(min = 0.5, max = 1) double shared,
      @ForAll @DoubleRange(min = 0, max = 0.2) double noise,
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll @DoubleRange(min = 0, max = 1) double stalled,
      @ForAll @LongRange(min = 0, max = 1000) long seed) {
    int best = 0;
    for (int n = 1; n <= cores; n++) {
      SimulatedMachine machine =
          new SimulatedMachine(cores, Math.max(1, fed * cores), shared, noise, seed);
      machine.take(share, stalled);
      best = Math.max(best, run(machine, 20, StepThreads.fixed(n)).passes());
    }
    SimulatedMachine machine =
        new SimulatedMachine(cores, Math.max(1, fed * cores), shared, noise, seed);
    machine.take(share, stalled);
    StepThreads threads = StepThreads.measured(cores);
    run(machine, 60, threads);
    assertThat(run(machine, 20, threads).passes()).isGreaterThan((int) (0.9 * best));
  }
}
