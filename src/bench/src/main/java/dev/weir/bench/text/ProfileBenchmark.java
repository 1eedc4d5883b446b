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
  private static final int PREFILL = 512;
  private static final int PREFILL_TRIES = 16;
  private static final List<Kind> GREEDY =
      List.of(
          Kind.decode("b1", 1),
          Kind.decode("b16", 16),
          Kind.decode("b64", 64),
          new Kind("prefill." + PREFILL, 1, PREFILL),
          Kind.decode(ProfileReport.GREEDY, ProfileReport.SAMPLED_BATCH));
  private static final List<Kind> SAMPLED =
      List.of(Kind.decode(ProfileReport.SAMPLED, ProfileReport.SAMPLED_BATCH));

  /**
   * Steps of one kind.
   *
   * @param sequences in each
   * @param tokens of it
   */
  private record Kind(String name, int sequences, int tokens) {
    static Kind decode(String name, int batch) {
      return new Kind(name, batch, batch);
    }

    boolean isPrefill() {
      return tokens > sequences;
    }
  }

  /**
   * Runs it.
   *
   * @throws IllegalStateException if the model does not run on the kernels
   */
  public List<BenchmarkResult> run(PrintWriter out, BenchProgress progress)
      throws InterruptedException {
    out.println(Machine.current().describe());
    Workload workload = new Workload(List.of(1, 16, 32, 64), 64, 64, PREFILL, threads);
    SamplingParameters sampling =
        SamplingParameters.builder(workload.outputTokens()).temperature(1).topP(0.95).build();
    Map<String, List<StepTimes>> times = new LinkedHashMap<>();
    rounds(workload, OwnEngine.greedy(workload), GREEDY, times, out, progress);
    rounds(workload, sampling, SAMPLED, times, out, progress);
    Map<String, StepTimes> columns = new LinkedHashMap<>();
    times.forEach((name, all) -> columns.put(name, median(all)));
    ProfileReport report = new ProfileReport(columns);
    report.print(out);
    return report.named();
  }

  /** All kinds in turn, round by round. */
  private void rounds(
      Workload workload,
      SamplingParameters sampling,
      List<Kind> kinds,
      Map<String, List<StepTimes>> times,
      PrintWriter out,
      BenchProgress progress)
      throws InterruptedException {
    OwnModel loaded = own.load(workload.largestBatch());
    if (!(loaded.model() instanceof KernelLanguageModel kernels)) {
      loaded.model().close();
      throw new IllegalStateException(loaded.backend() + " has no phases that could be timed");
    }
    ProfiledModel model = new ProfiledModel(kernels, sampling);
    OwnModel profiled = new OwnModel(model, loaded.backend(), loaded.precision());
    TokenPrompts prompts = new TokenPrompts(tokenizer);
    int steps = (rounds + 1) * kinds.size();
    try (OwnEngine engine =
        new OwnEngine(profiled, tokenizer::bytes, prompts, workload, sampling)) {
      out.printf(
          Locale.ROOT,
          "%s; temperature %.1f, top-p %.2f%n",
          engine.description(),
          sampling.temperature(),
          sampling.topP());
      for (int step = 0; step < steps; step++) {
        int round = step / kinds.size();
        Kind kind = kinds.get(step % kinds.size());
        progress.at("profile: " + kind.name, step, steps);
        StepTimes one = measure(model, engine, kind, round);
        if (round > 0) {
          times.computeIfAbsent(kind.name, name -> new ArrayList<>()).add(one);
          String what = "round %d of %d: %s".formatted(round, rounds, kind.name);
          out.printf(Locale.ROOT, "%-58s %.3f ms a step%n", what, one.total());
          out.flush();
        }
      }
    }
    progress.at("done", steps, steps);
  }

  private static StepTimes measure(ProfiledModel model, OwnEngine engine, Kind kind, int round)
      throws InterruptedException {
    model.watch(kind.sequences, kind.tokens);
    if (kind.isPrefill()) {
      // The engine may begin before it is told to answer: then the last token comes apart.
      for (int tries = 0; tries < PREFILL_TRIES && model.watched() == 0; tries++) {
        engine.prefillSeconds(round);
      }
    } else {
      engine.decodeSpeed(kind.sequences);
    }
    return model.times();
  }

  private static StepTimes median(List<StepTimes> times) {
    return times.stream()
        .sorted(Comparator.comparingDouble(StepTimes::total))
        .toList()
        .get(times.size() / 2);
  }
}
