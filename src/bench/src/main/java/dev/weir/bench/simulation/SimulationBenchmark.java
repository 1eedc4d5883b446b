package dev.weir.bench.simulation;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.simulation.Simulation;
import dev.weir.simulation.Statistics;
import dev.weir.simulation.Violation;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs many schedules of the stream protocol in virtual time, a block of seeds on each thread. */
public final class SimulationBenchmark {
  private static final int BLOCK = 1_000;

  /** Beyond these another one teaches nothing. */
  private static final int MAX_VIOLATIONS = 10;

  private final int count;
  private final int threads;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  // guarded by itself: seed and message of each
  private final TreeMap<Long, String> violations = new TreeMap<>();

  /**
   * What a run has found.
   *
   * @param violations number of schedules in which something did not hold
   */
  public record Outcome(List<BenchmarkResult> results, int violations) {}

  /**
   * @param count of schedules: of the seeds from 0
   */
  public SimulationBenchmark(int count, int threads) {
    if (count < 1 || threads < 1) {
      throw new IllegalArgumentException("at least one schedule is run");
    }
    this.count = count;
    this.threads = threads;
  }

  /** Runs them all, or until too many have failed, and prints what was found. */
  public Outcome run(PrintWriter out, BenchProgress progress) throws InterruptedException {
    long begin = System.nanoTime();
    Statistics all = new Statistics();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Statistics>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        parts.add(pool.submit(this::blocks));
      }
      for (Future<Statistics> part : parts) {
        all.add(await(part, progress));
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    progress.at("done", count, count);
    List<BenchmarkResult> results = results(all, seconds);
    print(results, out);
    return new Outcome(results, violations.size());
  }

  private Statistics blocks() {
    Statistics mine = new Statistics();
    int first = next.getAndAdd(BLOCK);
    while (first < count && !isHopeless()) {
      for (int seed = first; seed < Math.min(first + BLOCK, count); seed++) {
        try {
          Simulation.run(seed, mine);
        } catch (Violation e) {
          synchronized (violations) {
            violations.put((long) seed, String.valueOf(e.getMessage()));
          }
        }
        done.incrementAndGet();
      }
      first = next.getAndAdd(BLOCK);
    }
    return mine;
  }

  private boolean isHopeless() {
    synchronized (violations) {
      return violations.size() >= MAX_VIOLATIONS;
    }
  }

  private Statistics await(Future<Statistics> part, BenchProgress progress)
      throws InterruptedException {
    while (true) {
      try {
        return part.get(500, TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        progress.at("schedules", done.get(), count);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a schedule broke off: " + e.getCause(), e);
      }
    }
  }

  private List<BenchmarkResult> results(Statistics all, double seconds) {
    List<BenchmarkResult> results = new ArrayList<>();
    results.add(BenchmarkResult.of("stream.simulated", done.get(), "schedules"));
    results.add(BenchmarkResult.of("stream.simulation.violations", violations.size(), "schedules"));
    results.add(BenchmarkResult.of("stream.simulation.rate", done.get() / seconds, "schedules/s"));
    results.add(BenchmarkResult.of("stream.simulation.events", all.happenings(), "events"));
    all.all()
        .forEach((what, times) ->
            results.add(
                BenchmarkResult.of(
                    "stream.simulation." + what.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    times,
                    "times")));
    return results;
  }

  private void print(List<BenchmarkResult> results, PrintWriter out) {
    for (BenchmarkResult result : results) {
      out.printf(Locale.ROOT, "%-40s %14.0f %s%n", result.name(), result.value(), result.unit());
    }
    violations.forEach((seed, what) -> {
      out.printf("%nviolated with --seed %d: %s%n", seed, what);
    });
    out.flush();
  }

  /**
   * Runs one schedule and prints all that happens in it.
   *
   * @return whether everything held
   */
  public static boolean replay(long seed, PrintWriter out) {
    try {
      Simulation.replay(seed, out::println);
      out.println("everything holds");
      return true;
    } catch (Violation e) {
      out.println("violated: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
      return false;
    } finally {
      out.flush();
    }
  }
}
