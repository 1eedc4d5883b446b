package dev.weir.bench.image;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.ComparisonTable;
import dev.weir.bench.Machine;
import dev.weir.bench.Samples;
import dev.weir.bench.WarmUp;
import dev.weir.bench.peer.LocalServer;
import dev.weir.bench.peer.PyTorchPortraits;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.torch.Processor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.train.Objective;
import dev.weir.train.TrainedWeights;
import dev.weir.train.TrainingOptions;
import dev.weir.train.TrainingOptions.Length;
import dev.weir.train.portrait.PortraitFamily;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Pictures a second by batch and training steps a second, beside the same networks in PyTorch in
 * the same run; what a whole Weir makes for 16 clients beside the network alone; and its memory.
 */
public final class SpeedBenchmark {
  private static final List<Integer> BATCHES = List.of(1, 16);
  private static final int CLIENTS = 16;
  private static final List<Integer> PICTURES_OF_A_REQUEST = List.of(1, 4);
  private static final int SERVED_PICTURES = 512;
  private static final int STEPS = 10;
  private static final int DRAWN = 16; // of each batch size, one or more times in a round
  private static final int EVALUATIONS = 64; // what a picture takes at most
  private static final double ROUND_SECONDS = 0.5;
  private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(15);

  private final SpeedOptions options;
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final List<BenchmarkResult> results = new ArrayList<>();

  public SpeedBenchmark(SpeedOptions options) {
    this.options = options;
  }

  /**
   * Measures and prints.
   *
   * @throws IllegalArgumentException if a network is not where it should be
   */
  public List<BenchmarkResult> run(PrintWriter out, BenchProgress progress)
      throws IOException, InterruptedException {
    out.println(Machine.current().describe());
    Map<String, Double> offline = new LinkedHashMap<>(); // pictures/s
    try (ModelFolders models = new ModelFolders(options.models())) {
      List<PortraitFamily> families = families(models);
      try (PyTorchPortraits peer = peer(models)) {
        if (peer == null) {
          out.println("PyTorch takes no part: run src/bench/peers/install-pytorch.sh");
        } else {
          out.printf("PyTorch %s on %d threads%n", peer.version(), options.threads());
        }
        for (PortraitFamily family : families) {
          offline.put(ModelFolders.name(family), measure(family, models, peer, progress));
        }
      }
    }
    SpeedOptions.Starter starter = options.served();
    if (starter != null) {
      try (LocalServer weir = starter.start()) {
        for (Map.Entry<String, Double> family : offline.entrySet()) {
          serving(new ServedSpeed(weir), family.getKey(), family.getValue(), progress);
        }
      }
    }
    ComparisonTable.print(results, out);
    for (BenchmarkResult result : results) {
      if (result.peerValue() == null) {
        out.printf("%-42s %12.1f %s%n", result.name(), result.value(), result.unit());
      }
    }
    out.flush();
    return results;
  }

  private List<PortraitFamily> families(ModelFolders models) {
    List<PortraitFamily> wanted =
        options.families().isEmpty()
            ? Arrays.stream(PortraitFamily.values()).filter(PortraitFamily::draws).toList()
            : options.families();
    List<PortraitFamily> found = wanted.stream().filter(models::has).toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException("there is no trained network that draws portraits");
    }
    return found;
  }

  private @Nullable PyTorchPortraits peer(ModelFolders models) throws IOException {
    if (options.python().isEmpty()) {
      return null;
    }
    return PyTorchPortraits.start(
        options.python().get(),
        options.threads(),
        TrainingPortraits.attributeValues(design),
        new PyTorchPortraits.Trained(
            models.has(PortraitFamily.PIXEL) ? models.of(PortraitFamily.PIXEL) : null,
            weights(models, PortraitFamily.VAE),
            weights(models, PortraitFamily.DIFFUSION)));
  }

  private static @Nullable Path weights(ModelFolders models, PortraitFamily family)
      throws IOException {
    return models.has(family) ? models.of(family).resolve(TrainedWeights.FILE) : null;
  }

  /**
   * The network alone.
   *
   * @return pictures a second at the largest batch
   */
  private double measure(
      PortraitFamily family,
      ModelFolders models,
      @Nullable PyTorchPortraits peer,
      BenchProgress progress)
      throws IOException, InterruptedException {
    String name = ModelFolders.name(family);
    double offline = 0;
    try (Drawer drawer = QualityBenchmark.drawer(design, family, models)) {
      for (int batch : BATCHES) {
        progress.at("%s at batch %d".formatted(name, batch), 0, 1);
        int repeats = repeats(drawer, batch);
        boolean stepped = drawer instanceof SteppedDrawer; // steps of the peer are others
        Pair seconds =
            alternating(
                () -> drawn(drawer, batch, repeats),
                peer == null || stepped ? null : () -> drawn(peer, name, batch, repeats));
        add("image.%s.b%d".formatted(name, batch), DRAWN, "pictures/s", seconds);
        offline = DRAWN / seconds.own();
        if (drawer instanceof SteppedDrawer steps) {
          evaluations(steps, batch, peer);
        }
      }
    }
    progress.at(name + ": training", 0, 1);
    training(family, name, peer);
    return offline;
  }

  /** Evaluations of the network and what a scheduler makes of them, for a batch. */
  private void evaluations(SteppedDrawer drawer, int batch, @Nullable PyTorchPortraits peer) {
    String name = drawer.family();
    Pair seconds =
        alternating(
            () -> {
              long start = System.nanoTime();
              drawer.steps(nothing(batch), start, EVALUATIONS);
              return (System.nanoTime() - start) / 1e9;
            },
            peer == null ? null : () -> peer.steps(name, nothing(batch), EVALUATIONS));
    add("image.%s.steps.b%d".formatted(name, batch), EVALUATIONS, "steps/s", seconds);
  }

  /**
   * Medians of seconds.
   *
   * @param peer NaN without one
   */
  private record Pair(double own, double peer) {}

  /** Both in turn; the first round warms up. */
  private Pair alternating(DoubleSupplier own, @Nullable DoubleSupplier peer) {
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    for (int round = 0; round <= options.rounds(); round++) {
      double mine = own.getAsDouble();
      double other = peer == null ? Double.NaN : peer.getAsDouble();
      if (round > 0) {
        ours.add(mine);
        theirs.add(other);
      }
    }
    return new Pair(Samples.of(ours).median(), Samples.of(theirs).median());
  }

  private void add(String name, int amount, String unit, Pair seconds) {
    double value = amount / seconds.own();
    results.add(
        Double.isNaN(seconds.peer())
            ? BenchmarkResult.of(name, value, unit)
            : BenchmarkResult.against(name, value, unit, "pytorch", amount / seconds.peer()));
  }

  private List<int[]> nothing(int pictures) {
    return Collections.nCopies(
        pictures,
        TrainingPortraits.attributeValues(design).stream().mapToInt(Integer::intValue).toArray());
  }

  /** How often 16 pictures are drawn in a round, which else were over at once. */
  private int repeats(Drawer drawer, int batch) throws InterruptedException {
    drawn(drawer, batch, 1); // the first one tells nothing
    int repeats = (int) Math.ceil(ROUND_SECONDS / drawn(drawer, batch, 1));
    WarmUp.until(WARM_UP_LIMIT, () -> 1 / drawn(drawer, batch, repeats));
    return (int) Math.ceil(ROUND_SECONDS / drawn(drawer, batch, repeats));
  }

  /** Mean seconds of 16 pictures, so many at a time. */
  private double drawn(Drawer drawer, int batch, int repeats) {
    long start = System.nanoTime();
    for (int from = 0; from < DRAWN * repeats; from += batch) {
      long[] seeds = new long[batch];
      Arrays.setAll(seeds, i -> System.nanoTime() + i);
      drawer.draw(nothing(batch), seeds, 1);
    }
    return (System.nanoTime() - start) / 1e9 / repeats;
  }

  private double drawn(PyTorchPortraits peer, String name, int batch, int repeats) {
    double seconds = 0;
    for (int from = 0; from < DRAWN * repeats; from += batch) {
      seconds += peer.draw(name, nothing(batch));
    }
    return seconds / repeats;
  }

  private void training(PortraitFamily family, String name, @Nullable PyTorchPortraits peer) {
    boolean bfloat16 = Processor.probe().packedBfloat16();
    Objective objective = family.objective(1);
    TrainingOptions recipe = family.options(new Length.Steps(1), 1, bfloat16);
    TrainingPortraits portraits = family.portraits(Use.TRAINING, 1);
    try (TrainableModule module =
        TrainableModule.open(objective.program(), recipe.optimizer(), bfloat16, 1)) {
      Pair seconds =
          alternating(
              () -> {
                long start = System.nanoTime();
                for (int i = 0; i < STEPS; i++) {
                  long step = module.steps();
                  module.step(objective.inputs(portraits.at(step), step), 1e-4);
                }
                return (System.nanoTime() - start) / 1e9;
              },
              peer == null ? null : () -> peer.train(name, STEPS, family.batch(), bfloat16));
      add("image.%s.train".formatted(name), STEPS, "steps/s", seconds);
    }
  }

  private void serving(ServedSpeed served, String name, double offline, BenchProgress progress)
      throws IOException, InterruptedException {
    progress.at(name + ": warming up", 0, 1);
    served.warmUp(name, CLIENTS);
    for (int each : PICTURES_OF_A_REQUEST) {
      progress.at("%s: %d clients, %d at a time".formatted(name, CLIENTS, each), 0, 1);
      List<Double> rates = new ArrayList<>();
      for (int round = 0; round < options.rounds(); round++) {
        rates.add(served.picturesPerSecond(name, CLIENTS, each, SERVED_PICTURES));
      }
      results.add(
          BenchmarkResult.against(
              "image.%s.served.c%d.n%d".formatted(name, CLIENTS, each),
              Samples.of(rates).median(),
              "pictures/s",
              "offline b16",
              offline));
    }
    progress.at(name + ": memory", 0, 1);
    double before = served.memoryMib();
    served.picturesPerSecond(name, CLIENTS, 1, options.pictures());
    results.add(
        BenchmarkResult.of(
            "image.%s.memory.growth".formatted(name), served.memoryMib() - before, "MiB"));
  }
}
