package dev.weir.bench.image;

import com.sun.management.OperatingSystemMXBean;
import dev.weir.bench.Machine;
import dev.weir.bench.Samples;
import dev.weir.bench.ScratchFolder;
import dev.weir.engine.EngineClock;
import dev.weir.engine.EngineMetrics;
import dev.weir.engine.LanguageModel;
import dev.weir.engine.Outcome;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextEngineConfig;
import dev.weir.engine.TextListener;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenSpan;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.kernels.KernelOptions;
import dev.weir.kernels.KernelPrecision;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.torch.Precision;
import dev.weir.torch.SequenceScorer;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Pixels a second of the text engine with a pixel transformer of random weights, by what computes
 * it on one thread: the CPU kernels in each precision, and TorchScript in float32. Pictures are
 * sampled at temperature 1; who computes takes turns, and the first round warms up.
 */
public final class PixelBackends {
  private static final int MOST = 16;
  private static final int PIXELS = RandomPixels.SIDE * RandomPixels.SIDE;
  private static final String PEER = "torch f32";
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Speed of a batch: pixels in a second, and in a second of this process's processor time. */
  private record Speed(double perSecond, double perProcessorSecond) {}

  private final Path folder;

  private PixelBackends(Path folder) {
    this.folder = folder;
  }

  /** Prints the table; one argument, how many rounds count (5). */
  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) throws IOException {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    System.out.println(Machine.current().describe());
    try (ScratchFolder scratch = ScratchFolder.create()) {
      RandomPixels.write(scratch.path());
      PixelBackends benchmark = new PixelBackends(scratch.path());
      benchmark
          .differences()
          .forEach((name, most) ->
              System.out.printf(
                  "%-16s ln p differs from kernels f32 by at most %.1e%n", name, most));
      for (int batch : new int[] {1, MOST}) {
        benchmark.print(batch, benchmark.speeds(batch, rounds));
      }
    }
  }

  private LanguageModel kernels(KernelPrecision precision) {
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      KernelOptions options = KernelOptions.defaults().withPrecision(precision).withSlots(MOST);
      return KernelLanguageModel.load(checkpoint, options);
    }
  }

  private Map<String, LanguageModel> models() {
    Map<String, LanguageModel> models = new LinkedHashMap<>();
    for (KernelPrecision precision :
        List.of(KernelPrecision.F32, KernelPrecision.BF16, KernelPrecision.GROUPS)) {
      models.put("kernels " + precision.name().toLowerCase(Locale.ROOT), kernels(precision));
    }
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      TorchOptions options =
          TorchOptions.defaults().withPrecision(Precision.F32).withSlots(MOST).withThreads(1);
      models.put(PEER, TorchLanguageModel.load(checkpoint, options));
    }
    return models;
  }

  /**
   * The largest difference of ln p over the pixels of four pictures that the model draws itself.
   */
  private Map<String, Double> differences() {
    List<int[]> pictures = new ArrayList<>();
    try (TextEngine engine = engine(kernels(KernelPrecision.F32))) {
      List<int[]> prompts = prompts(4, 99);
      List<int[]> drawn = draw(engine, prompts);
      for (int i = 0; i < drawn.size(); i++) {
        int[] sequence = Arrays.copyOf(prompts.get(i), RandomPixels.PREFIX + PIXELS);
        System.arraycopy(drawn.get(i), 0, sequence, RandomPixels.PREFIX, PIXELS);
        pictures.add(sequence);
      }
    }
    Map<String, Double> most = new LinkedHashMap<>();
    Map<String, LanguageModel> models = models();
    for (int[] picture : pictures) {
      double[] expected =
          SequenceScorer.score(Objects.requireNonNull(models.get("kernels f32")), picture)
              .logprobs();
      models.forEach((name, model) -> {
        double[] found = SequenceScorer.score(model, picture).logprobs();
        double largest = 0;
        for (int i = RandomPixels.PREFIX - 1; i < found.length; i++) {
          largest = Math.max(largest, Math.abs(found[i] - expected[i]));
        }
        most.merge(name, largest, Math::max);
      });
    }
    models.values().forEach(LanguageModel::close);
    return most;
  }

  private Map<String, Speed> speeds(int batch, int rounds) {
    Map<String, TextEngine> engines = new LinkedHashMap<>();
    models().forEach((name, model) -> engines.put(name, engine(model)));
    Map<String, List<Speed>> all = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      int seed = round;
      engines.forEach((name, engine) -> {
        Speed speed = speed(engine, batch, seed);
        if (seed > 0) {
          all.computeIfAbsent(name, any -> new ArrayList<>()).add(speed);
        }
      });
    }
    engines.values().forEach(TextEngine::close);
    Map<String, Speed> medians = new LinkedHashMap<>();
    all.forEach((name, speeds) ->
        medians.put(
            name,
            new Speed(
                Samples.of(speeds.stream().map(Speed::perSecond).toList()).median(),
                Samples.of(speeds.stream().map(Speed::perProcessorSecond).toList()).median())));
    return medians;
  }

  /** Of 16 pictures, so many at a time. */
  private static Speed speed(TextEngine engine, int batch, int seed) {
    List<int[]> prompts = prompts(MOST, seed);
    long start = System.nanoTime();
    long used = SYSTEM.getProcessCpuTime();
    for (int from = 0; from < MOST; from += batch) {
      draw(engine, prompts.subList(from, from + batch));
    }
    double pixels = MOST * PIXELS * 1e9;
    double wall = System.nanoTime() - start;
    return new Speed(pixels / wall, pixels / (SYSTEM.getProcessCpuTime() - used));
  }

  private static List<int[]> prompts(int count, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int least = RandomPixels.COLOURS;
      prompts.add(random.ints(RandomPixels.PREFIX, least, least + RandomPixels.WORDS).toArray());
    }
    return prompts;
  }

  private static TextEngine engine(LanguageModel model) {
    TextEngineConfig config = new TextEngineConfig(512, 64, 1 << 16, false, false);
    return new TextEngine(
        model, token -> new byte[0], config, EngineMetrics.NONE, EngineClock.SYSTEM);
  }

  /** Draws all of them together. */
  private static List<int[]> draw(TextEngine engine, List<int[]> prompts) {
    SamplingParameters sampling = SamplingParameters.builder(PIXELS).temperature(1).build();
    List<CompletableFuture<int[]>> pictures = new ArrayList<>();
    for (int[] prompt : prompts) {
      CompletableFuture<int[]> picture = new CompletableFuture<>();
      pictures.add(picture);
      TextRequest request =
          new TextRequest("bench", prompt, sampling, pictures.size(), Instant.MAX);
      engine.submit(request, new Drawing(picture)).proceed(new int[0]);
    }
    return pictures.stream().map(CompletableFuture::join).toList();
  }

  /** Collects the pixels of one picture. */
  private record Drawing(CompletableFuture<int[]> picture, List<Integer> pixels)
      implements TextListener {
    Drawing(CompletableFuture<int[]> picture) {
      this(picture, new ArrayList<>());
    }

    @Override
    public void onTokens(TokenSpan span) {
      Arrays.stream(span.ids()).forEach(pixels::add);
    }

    @Override
    public void onFinished(Outcome outcome) {
      if (pixels.size() == PIXELS) {
        picture.complete(pixels.stream().mapToInt(Integer::intValue).toArray());
      } else {
        picture.completeExceptionally(
            new IllegalStateException("a picture ended with " + outcome, outcome.error()));
      }
    }
  }

  @SuppressWarnings("SystemOut")
  private void print(int batch, Map<String, Speed> speeds) {
    Speed peer = Objects.requireNonNull(speeds.get(PEER));
    speeds.forEach((name, speed) ->
        System.out.printf(
            "batch %2d %-16s %8.0f pixels/s (%.2f of %s), %8.0f a processor second (%.2f)%n",
            batch,
            name,
            speed.perSecond(),
            speed.perSecond() / peer.perSecond(),
            PEER,
            speed.perProcessorSecond(),
            speed.perProcessorSecond() / peer.perProcessorSecond()));
  }
}
