package dev.weir.bench.text;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.bench.PhysicalLimits;
import dev.weir.bench.peer.LlamaCpp;
import dev.weir.bench.peer.LlamaCpp.FlashAttention;
import dev.weir.bench.peer.LlamaCpp.Variant;
import dev.weir.bench.peer.OpenVino;
import dev.weir.bench.peer.PeerFolder;
import dev.weir.text.Tokenizer;
import dev.weir.torch.QualityReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Offline throughput of Weir's engine and of its peers: the same prompts, the same threads, round
 * by round in turn, so that what else the machine does hits all of them.
 *
 * @param model the file that everybody runs
 * @param own loads Weir's model as a worker would
 * @param float32 loads it in float32, the reference of quality
 * @param cost of a step of the model
 * @param peers what is installed there takes part; the rest is named in a line
 * @param rounds that count, behind one more to warm up; 0: quality alone
 * @param windows token ids of pieces of text on which quality is judged; may be empty
 */
public record TextBenchmark(
    Path model,
    OwnModel.Loader own,
    OwnModel.Loader float32,
    Tokenizer tokenizer,
    StepCost cost,
    PeerFolder peers,
    Workload workload,
    int rounds,
    List<int[]> windows) {

  private static final int DECODED_BATCH = 16;

  /** What a run leaves behind; the plot is an SVG document. */
  public record Outcome(List<BenchmarkResult> results, String plot, PhysicalLimits limits) {}

  /**
   * Runs all rounds and prints the report.
   *
   * @throws dev.weir.bench.peer.PeerException if a peer that is installed fails
   */
  public Outcome run(PrintWriter out, BenchProgress progress) throws InterruptedException {
    Machine machine = Machine.current();
    out.println(machine.describe());
    out.printf("%s, %d threads, %d rounds%n", model.getFileName(), workload.threads(), rounds);
    PhysicalLimits limits = PhysicalLimits.measure(workload.threads());
    limits.print(out);
    out.printf(
        Locale.ROOT,
        "a step reads %.1f MB of weights and multiplies %.1f M of them with each row%n",
        cost.bytes() / 1e6,
        cost.multiplyAdds() / 1e6);
    out.flush();
    Map<String, QualityReport> quality = quality(out, progress);
    TextReport.quality(quality, name -> "", out); // the rounds take minutes
    List<Contestant> contestants = new ArrayList<>();
    try {
      if (rounds > 0) {
        contestants(contestants, out);
      }
      List<Standing> standings = rounds(contestants, out, progress);
      if (rounds > 0) {
        limits = limits.higher(PhysicalLimits.measure(workload.threads()));
        limits.print(out);
      }
      TextResults results = new TextResults(workload, standings, quality, limits, cost);
      if (rounds > 0) {
        TextReport.print(results, out);
      }
      return new Outcome(
          results.named(),
          TextReport.plot(results, model.getFileName() + " on " + machine.cpu()),
          limits);
    } finally {
      contestants.forEach(Contestant::close);
    }
  }

  private List<Standing> rounds(
      List<Contestant> contestants, PrintWriter out, BenchProgress progress)
      throws InterruptedException {
    List<Standing> standings = new ArrayList<>();
    for (Contestant contestant : contestants) {
      standings.add(new Standing(contestant.name(), contestant.setting()));
    }
    // The first round is a warm-up: compilers, caches, the peers' own tuning.
    int steps = (rounds + 1) * contestants.size();
    for (int round = 0; round <= rounds; round++) {
      for (int i = 0; i < contestants.size(); i++) {
        Contestant contestant = contestants.get(i);
        String what =
            "%s: %s %s"
                .formatted(
                    round == 0 ? "warm-up" : "round %d of %d".formatted(round, rounds),
                    contestant.name(),
                    contestant.setting());
        progress.at(what.strip(), round * contestants.size() + i, steps);
        Map<Measure, Double> speeds = contestant.round();
        if (round > 0) {
          standings.get(i).add(speeds);
          out.println(TextReport.round(what.strip(), speeds)); // a run that is broken off has told
          out.flush();
        }
      }
    }
    progress.at("done", steps, steps);
    return standings;
  }

  private void contestants(List<Contestant> contestants, PrintWriter out)
      throws InterruptedException {
    TokenPrompts prompts = new TokenPrompts(tokenizer);
    OwnModel loaded = own.load(workload.largestBatch());
    contestants.add(new OwnEngine(loaded, tokenizer::bytes, prompts, workload));
    for (LlamaFile file : llamaFiles()) {
      for (FlashAttention flash : FlashAttention.values()) {
        contestants.add(new LlamaContestant(file.llama, file.variant, file.file, flash, workload));
      }
    }
    Path python = peers.openVinoPython().orElse(null);
    if (python != null) {
      contestants.add(
          new OpenVinoContestant(
              OpenVino.start(python, model, workload.threads()), prompts, workload));
    }
    Map<String, String> described = new LinkedHashMap<>();
    contestants.forEach(
        contestant -> described.putIfAbsent(contestant.name(), contestant.description()));
    described.forEach((name, description) -> out.printf("%-22s %s%n", name, description));
    if (peers.llamaCpp().isEmpty()) {
      out.println(peers.missing("llama.cpp", "install-llamacpp.sh"));
    }
    if (python == null) {
      out.println(peers.missing("OpenVINO GenAI", "install-openvino.sh"));
    }
    out.flush();
  }

  private record LlamaFile(LlamaCpp llama, Variant variant, Path file) {}

  /** What llama.cpp runs; nothing if it is not installed. */
  private List<LlamaFile> llamaFiles() throws InterruptedException {
    List<LlamaFile> files = new ArrayList<>();
    Optional<LlamaCpp> llama = peers.llamaCpp();
    if (llama.isPresent()) {
      for (Variant variant : Variant.values()) {
        files.add(new LlamaFile(llama.get(), variant, llama.get().file(model, variant)));
      }
    }
    return files;
  }

  /** Who loses how much against float32, by the names of the contestants. */
  private Map<String, QualityReport> quality(PrintWriter out, BenchProgress progress)
      throws InterruptedException {
    Map<String, QualityReport> reports = new LinkedHashMap<>();
    if (windows.isEmpty()) {
      out.println("no windows of text are given (--windows FILE): quality is not compared");
      return reports;
    }
    Map<String, LogitSource> others = new LinkedHashMap<>();
    for (LlamaFile file : llamaFiles()) {
      others.put(
          "llamacpp-" + file.variant.label(),
          LogitSource.of(
              texts -> file.llama.logits(file.file, FlashAttention.ON, texts, workload.threads())));
    }
    peers
        .openVinoPython()
        .ifPresent(python ->
            others.put(
                "openvino",
                LogitSource.of(
                    texts -> OpenVino.logits(python, model, texts, workload.threads()))));
    int steps = 3 + others.size();
    progress.at("quality: float32", 0, steps);
    try (ReferenceLogits reference = reference()) {
      progress.at("quality: weir", 1, steps);
      try (var served = own.load(DECODED_BATCH).model()) {
        reports.put("weir", reference.compare(OwnLogits.prefilled(served)));
        progress.at("quality: weir, one token a step", 2, steps);
        reports.put(
            "weir-decoded-b" + DECODED_BATCH,
            reference.compare(OwnLogits.decoded(served, DECODED_BATCH)));
      }
      int step = 3;
      for (Map.Entry<String, LogitSource> other : others.entrySet()) {
        progress.at("quality: " + other.getKey(), step++, steps);
        reports.put(other.getKey(), reference.compare(other.getValue()));
      }
    }
    return reports;
  }

  private ReferenceLogits reference() {
    try (var model32 = float32.load(1).model()) {
      return ReferenceLogits.of(
          OwnLogits.prefilled(model32), windows, model32.limits().vocabulary());
    }
  }
}
