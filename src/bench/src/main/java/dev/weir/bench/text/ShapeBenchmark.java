package dev.weir.bench.text;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.ComparisonTable;
import dev.weir.bench.PhysicalLimits;
import dev.weir.bench.Samples;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.text.Checkpoint;
import dev.weir.text.MachineMemory;
import dev.weir.text.Tokenizer;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * One sequence of a larger model with random weights, held against memory, which is what limits it.
 *
 * <p>What memory gives changes from second to second where others share it, so each round is held
 * against the higher of what was measured before and behind it, and the middle ratio counts.
 *
 * @param own loads a checkpoint as a worker would
 * @param measurement of the limits, behind each round
 * @param rounds that count, behind one more to warm up
 */
public record ShapeBenchmark(
    ModelShape shape,
    OwnModel.CheckpointLoader own,
    PhysicalLimits.Measurement measurement,
    int threads,
    int rounds) {
  /** Cache, activations, the random blocks themselves, and the JVM. */
  private static final long MORE_BYTES = 1L << 30;

  /** Tokens/s, and bytes/s that memory gave meanwhile. */
  private record Round(double speed, double memory) {
    double ratio() {
      return speed / memory;
    }
  }

  /** Runs it; no results, but a line that says why, where it cannot run. */
  public List<BenchmarkResult> run(PhysicalLimits limits, PrintWriter out, BenchProgress progress)
      throws InterruptedException {
    String obstacle = KernelLanguageModel.obstacle(shape.config());
    if (!obstacle.isEmpty()) {
      out.printf("%s is left out: %s%n", shape.label(), obstacle);
      return List.of();
    }
    long wanted = RandomCheckpoint.bytes(shape.config()) + MORE_BYTES;
    long free = MachineMemory.availableBytes();
    if (free < wanted) {
      out.printf(
          Locale.ROOT,
          "%s is left out: it needs %.1f GB of memory, %.1f are free%n",
          shape.label(),
          wanted / 1e9,
          free / 1e9);
      return List.of();
    }
    progress.at(shape.label() + ": weights", 0, rounds + 2);
    try (Checkpoint checkpoint = RandomCheckpoint.of(shape.label(), shape.config())) {
      return rounds(checkpoint, StepCost.of(checkpoint), limits, out, progress);
    }
  }

  private List<BenchmarkResult> rounds(
      Checkpoint checkpoint,
      StepCost cost,
      PhysicalLimits limits,
      PrintWriter out,
      BenchProgress progress)
      throws InterruptedException {
    Tokenizer tokenizer = Objects.requireNonNull(checkpoint.tokenizer());
    List<Round> measured = new ArrayList<>();
    PhysicalLimits before = limits;
    try (OwnEngine engine =
        new OwnEngine(
            own.load(checkpoint, 1),
            tokenizer::bytes,
            new TokenPrompts(tokenizer),
            Workload.of(List.of(1), threads))) {
      out.printf(
          Locale.ROOT,
          "%s with random weights: %s; a step reads %.1f MB%n",
          shape.label(),
          engine.description(),
          cost.bytes() / 1e6);
      for (int round = 0; round <= rounds; round++) {
        progress.at(shape.label() + ": decode", round + 1, rounds + 2);
        double speed = engine.decodeSpeed(1);
        if (round > 0) {
          PhysicalLimits behind = measurement.measure(threads);
          double memory = before.higher(behind).bytesPerSecond();
          before = behind;
          measured.add(new Round(speed, memory));
          out.printf(
              Locale.ROOT,
              "%-58s decode.b1 %.1f, %.1f of %.1f GB/s%n",
              "round %d of %d: %s".formatted(round, rounds, shape.label()),
              speed,
              speed * cost.bytes() / 1e9,
              memory / 1e9);
          out.flush();
        }
      }
    }
    progress.at("done", rounds + 2, rounds + 2);
    return results(measured, cost, out);
  }

  private List<BenchmarkResult> results(List<Round> measured, StepCost cost, PrintWriter out) {
    Samples speeds = Samples.of(measured.stream().map(Round::speed).toList());
    List<Round> ascending =
        measured.stream().sorted(Comparator.comparingDouble(Round::ratio)).toList();
    Round middle = ascending.get((ascending.size() - 1) / 2);
    String name = "decode.b1." + shape.suffix();
    BenchmarkResult read =
        BenchmarkResult.against(
            name + ".vs.bandwidth",
            middle.speed() * cost.bytes() / 1e9,
            "GB/s",
            "memory read",
            middle.memory() / 1e9);
    ComparisonTable.print(List.of(read), out);
    return List.of(BenchmarkResult.of(name, speeds.median(), "tokens/s"), read);
  }
}
