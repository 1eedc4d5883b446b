package dev.weir.bench.text;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.bench.Samples;
import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.SequenceSlice;
import dev.weir.kernels.KernelLanguageModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What processes beside cost a batch of outputs: steps on one thread, on more, and on as many as
 * the model finds fastest, beside 0, 1 and 2 processes that spin. The settings take turns of a
 * second, so that what else runs disturbs all alike.
 *
 * @param own loads the model once for each setting
 * @param threads of the fixed number that is compared with one
 * @param batch sequences, one row each
 * @param time of each setting beside each number of processes
 */
public record BusyBenchmark(Loader own, int threads, int batch, Duration time) {
  private static final String AUTO = "auto";
  private static final int MOST_SPINNING = 2;
  private static final long TURN_NANOS = 1_000_000_000;
  private static final int FIRST_POSITION = 64;
  private static final int POSITIONS = 64;
  private static final int BLOCKS = (FIRST_POSITION + POSITIONS) / LanguageModel.BLOCK_TOKENS;

  /** Loads the model with a number of threads. */
  @FunctionalInterface
  public interface Loader {
    /**
     * Loads it.
     *
     * @param slots sequences at the same time
     * @param threads a number, or {@code auto}
     */
    OwnModel load(int slots, String threads);
  }

  /** A model and the steps that it has made beside so many processes. */
  private static final class Setting {
    private final String threads;
    private final LanguageModel model;
    private final List<Double> steps = new ArrayList<>();
    private int alone;

    Setting(String threads, LanguageModel model) {
      this.threads = threads;
      this.model = model;
    }

    double median() {
      return Samples.of(steps).median();
    }

    double mean() {
      return steps.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
  }

  /** Runs it. */
  public List<BenchmarkResult> run(PrintWriter out, BenchProgress progress) throws IOException {
    out.println(Machine.current().describe());
    Map<String, Setting> settings = new LinkedHashMap<>();
    try {
      for (String number : List.of("1", Integer.toString(threads), AUTO)) {
        OwnModel loaded = own.load(batch, number);
        settings.put(number, new Setting(number, loaded.model()));
        if (number.equals(AUTO)) {
          out.printf("%s, %s, batch %d%n", loaded.backend(), loaded.precision(), batch);
        }
      }
      List<BenchmarkResult> results = new ArrayList<>();
      for (int spinning = 0; spinning <= MOST_SPINNING; spinning++) {
        progress.at("beside %d processes".formatted(spinning), spinning, MOST_SPINNING + 1);
        results.addAll(beside(spinning, List.copyOf(settings.values()), out));
      }
      progress.at("done", MOST_SPINNING + 1, MOST_SPINNING + 1);
      return results;
    } finally {
      settings.values().forEach(setting -> setting.model.close());
    }
  }

  private List<BenchmarkResult> beside(int spinning, List<Setting> settings, PrintWriter out)
      throws IOException {
    List<Process> processes = new ArrayList<>();
    try {
      for (int i = 0; i < spinning; i++) {
        processes.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
      }
      settings.forEach(setting -> {
        setting.steps.clear();
        setting.alone = 0;
      });
      for (long nanos = 0; nanos < time.toNanos(); nanos += TURN_NANOS) {
        for (Setting setting : settings) {
          turn(setting, Math.min(TURN_NANOS, time.toNanos()));
        }
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
      processes.forEach(process -> process.onExit().join());
    }
    return report(spinning, settings, out);
  }

  private void turn(Setting setting, long nanos) {
    long start = System.nanoTime();
    for (long now = start; now - start < nanos; ) {
      setting.model.step(slices(setting.steps.size() % POSITIONS));
      long end = System.nanoTime();
      setting.steps.add((end - now) * 1e-6);
      now = end;
      if (setting.model instanceof KernelLanguageModel kernels && kernels.threads() == 1) {
        setting.alone++;
      }
    }
  }

  private List<SequenceSlice> slices(int step) {
    List<SequenceSlice> slices = new ArrayList<>();
    for (int sequence = 0; sequence < batch; sequence++) {
      int[] blocks = new int[BLOCKS];
      for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = sequence * BLOCKS + i;
      }
      slices.add(
          new SequenceSlice(
              FIRST_POSITION + step,
              new int[] {1 + step + sequence},
              blocks,
              List.of(LogitsQuery.ARG_MAX)));
    }
    return slices;
  }

  private List<BenchmarkResult> report(int spinning, List<Setting> settings, PrintWriter out) {
    List<BenchmarkResult> results = new ArrayList<>();
    double one = settings.getFirst().median();
    for (Setting setting : settings) {
      double median = setting.median();
      out.printf(
          Locale.ROOT,
          "beside %d: threads %-4s median %7.2f ms, mean %7.2f ms, %6.0f tokens/s, median against"
              + " one thread %.2f; %3.0f %% of the steps on one%n",
          spinning,
          setting.threads,
          median,
          setting.mean(),
          1e3 * batch / setting.mean(),
          one / median,
          100.0 * setting.alone / setting.steps.size());
      String name = "busy.p%d.b%d.t%s".formatted(spinning, batch, setting.threads);
      double speed = 1e3 * batch / median;
      results.add(
          BenchmarkResult.against(name, speed, "tokens/s", "one thread", 1e3 * batch / one));
    }
    out.flush();
    return results;
  }
}
