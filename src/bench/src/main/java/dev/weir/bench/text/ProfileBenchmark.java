package dev.weir.bench.text;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.engine.SamplingParameters;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.text.Tokenizer;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where the time of a step goes: by phase of the kernels and by what the engine does around them,
 * for some batches and a long prompt; and what sampling takes of it.
 *
 * @param own loads the model as a worker would
 * @param rounds that count, behind one more to warm up; the one with the median step is shown
 */
public record ProfileBenchmark(OwnModel.Loader own, Tokenizer tokenizer, int threads, int rounds) {
  private static final List<Integer> BATCHES = List.of(1, 16, 64);
  private static final int SAMPLED_BATCH = 32;

  /**
   * Runs it.
   *
   * @throws IllegalStateException if the model does not run on the kernels
   */
  public List<BenchmarkResult> run(PrintWriter out, BenchProgress progress)
      throws InterruptedException {
    out.println(Machine.current().describe());
    Map<String, StepTimes> columns = new LinkedHashMap<>();
    Workload workload = Workload.of(BATCHES, threads);
    int steps = (BATCHES.size() + 3) * (rounds + 1);
    Progress at = new Progress(out, progress, steps);
    StepTimes greedy;
    try (Profiled profiled = load(workload, OwnEngine.greedy(workload), out)) {
      for (int batch : BATCHES) {
        columns.put("b" + batch, decode(profiled, batch, "b" + batch, at));
      }
      columns.put("prefill." + workload.prefillTokens(), prefill(profiled, workload, at));
      greedy = decode(profiled, SAMPLED_BATCH, "b" + SAMPLED_BATCH + ", greedy", at);
    }
    SamplingParameters parameters =
        SamplingParameters.builder(workload.outputTokens()).temperature(1).topP(0.95).build();
    StepTimes sampled;
    try (Profiled profiled = load(workload, parameters, out)) {
      sampled = decode(profiled, SAMPLED_BATCH, "b" + SAMPLED_BATCH + ", sampled", at);
    }
    progress.at("done", steps, steps);
    ProfileReport report = new ProfileReport(columns, SAMPLED_BATCH, sampled, greedy);
    report.print(out);
    return report.named();
  }

  private record Profiled(ProfiledModel model, OwnEngine engine) implements AutoCloseable {
    @Override
    public void close() {
      engine.close();
    }
  }

  private Profiled load(Workload workload, SamplingParameters sampling, PrintWriter out) {
    OwnModel loaded = own.load(workload.largestBatch());
    if (!(loaded.model() instanceof KernelLanguageModel kernels)) {
      loaded.model().close();
      throw new IllegalStateException(loaded.backend() + " has no phases that could be timed");
    }
    ProfiledModel model = new ProfiledModel(kernels, sampling);
    OwnEngine engine =
        new OwnEngine(
            new OwnModel(model, loaded.backend(), loaded.precision()),
            tokenizer::bytes,
            new TokenPrompts(tokenizer),
            workload,
            sampling);
    out.printf(
        Locale.ROOT,
        "%s; temperature %.1f, top-p %.2f%n",
        engine.description(),
        sampling.temperature(),
        sampling.topP());
    return new Profiled(model, engine);
  }

  private StepTimes decode(Profiled profiled, int batch, String name, Progress at)
      throws InterruptedException {
    List<StepTimes> times = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      at.next(name);
      profiled.model.watch(batch, batch);
      profiled.engine.decodeSpeed(batch);
      add(times, profiled, round, name, at);
    }
    return median(times);
  }

  private StepTimes prefill(Profiled profiled, Workload workload, Progress at)
      throws InterruptedException {
    String name = "prefill." + workload.prefillTokens();
    List<StepTimes> times = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      at.next(name);
      // The engine may begin before it is told to answer: then the last token comes apart.
      profiled.model.watch(1, workload.prefillTokens() - 1);
      profiled.engine.prefillSeconds(round);
      add(times, profiled, round, name, at);
    }
    return median(times);
  }

  private void add(List<StepTimes> times, Profiled profiled, int round, String name, Progress at) {
    if (round > 0) {
      StepTimes one = profiled.model.times();
      times.add(one);
      at.out.printf(
          Locale.ROOT,
          "%-58s %.3f ms a step%n",
          "round %d of %d: %s".formatted(round, rounds, name),
          one.total());
      at.out.flush();
    }
  }

  private static StepTimes median(List<StepTimes> times) {
    return times.stream()
        .sorted(Comparator.comparingDouble(StepTimes::total))
        .toList()
        .get(times.size() / 2);
  }

  /** Counts the rounds of everything. */
  private static final class Progress {
    private final PrintWriter out;
    private final BenchProgress progress;
    private final int steps;
    private int step;

    Progress(PrintWriter out, BenchProgress progress, int steps) {
      this.out = out;
      this.progress = progress;
      this.steps = steps;
    }

    void next(String name) {
      progress.at("profile: " + name, Math.min(step++, steps), steps);
    }
  }
}
