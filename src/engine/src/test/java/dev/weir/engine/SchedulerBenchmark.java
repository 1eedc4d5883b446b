package dev.weir.engine;

import dev.weir.engine.Scheduler.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A step of the scheduler while many outputs run: all of the engine but model and sampling. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SchedulerBenchmark {
  private static final int PROMPT = 64;

  /** Steps until everything starts again; each sequence holds up to 20 blocks. */
  private static final int STEPS = 256;

  private static final int BLOCKS_OF_ONE = 21;
  private static final int VOCABULARY = 49_152;

  @Param({"32", "1000"})
  int sequences;

  // with guesses at what comes next, in outputs that do not repeat themselves
  @Param({"false", "true"})
  boolean speculates;

  private Scheduler scheduler = scheduler();
  private int steps = STEPS;

  private Scheduler scheduler() {
    int slots = Math.max(1, sequences);
    return new Scheduler(
        new ModelLimits(VOCABULARY, 1024, slots, slots * BLOCKS_OF_ONE, true, ""),
        slots * PROMPT,
        speculates,
        new Sampler(VOCABULARY),
        EngineMetrics.NONE,
        sequence -> {});
  }

  /** Every {@value #STEPS} steps; a time stamp for each step is the price, some tens of ns. */
  @Setup(Level.Invocation)
  public void restart() {
    if (steps < STEPS) {
      return;
    }
    steps = 0;
    scheduler = scheduler();
    SamplingParameters sampling = SamplingParameters.builder(1_000).temperature(0).build();
    for (int i = 0; i < sequences; i++) {
      int[] prompt = new int[PROMPT];
      for (int t = 0; t < PROMPT; t++) {
        prompt[t] = (i * PROMPT + t) % VOCABULARY;
      }
      TextRequest request = new TextRequest("r" + i, prompt, sampling, 0, Instant.MAX);
      OutputText output = new OutputText(TestingLanguageModel::bytes, false, sampling, 1_000);
      Sequence sequence = new Sequence(request, new TestingListener(), output, 1_000, 0, 0);
      sequence.proceed(new int[0]);
      scheduler.add(sequence);
    }
    int running = 0;
    while (running < sequences) { // the budget learns what prompts cost
      running = once().size();
    }
  }

  @Benchmark
  public List<Part> step() {
    steps++;
    return once();
  }

  private List<Part> once() {
    List<Part> parts = scheduler.schedule(0, sequence -> Long.MAX_VALUE);
    List<SequenceSlice> slices = new ArrayList<>(parts.size());
    for (Part part : parts) {
      slices.add(part.slice());
    }
    scheduler.took(1_000_000);
    for (Part part : parts) {
      Sequence sequence = part.sequence();
      scheduler.computed(part);
      if (!part.slice().queries().isEmpty()) {
        sequence.append(sequence.length() * 31 % VOCABULARY);
        scheduler.generated(sequence);
      }
    }
    if (slices.size() != parts.size()) {
      throw new IllegalStateException("a part has no slice");
    }
    return parts;
  }
}
