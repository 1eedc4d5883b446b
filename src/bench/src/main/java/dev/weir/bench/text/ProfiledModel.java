package dev.weir.bench.text;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.Sampler;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.StepOutput;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.kernels.StepPhase;
import dev.weir.kernels.StepProfile;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A model that times its steps of one kind, and what the engine does from one to the next.
 *
 * <p>The sampler is part of the engine's loop and cannot be told apart from outside: here it
 * chooses every token once more, before the engine does, and that is timed and taken out.
 */
final class ProfiledModel implements LanguageModel {
  private final KernelLanguageModel model;
  private final StepProfile profile;
  private final Sampler sampler;
  private final SamplingParameters sampling;
  private final EnumMap<StepPhase, Long> phases = new EnumMap<>(StepPhase.class);

  private int sequences;
  private int tokens;
  private long steps;
  private long stepNanos;
  private long samplingNanos;
  private long gaps;
  private long gapNanos;
  // when the step before ended; 0 if it was of another kind
  private long ended;

  /**
   * Takes over a model.
   *
   * @param sampling of all requests
   */
  ProfiledModel(KernelLanguageModel model, SamplingParameters sampling) {
    this.model = model;
    this.sampling = sampling;
    profile = model.profile();
    sampler = new Sampler(model.limits().vocabulary());
  }

  /**
   * Begins anew, with another kind of steps.
   *
   * @param ofSequences that take part in such a step
   * @param ofTokens that it computes
   */
  synchronized void watch(int ofSequences, int ofTokens) {
    sequences = ofSequences;
    tokens = ofTokens;
    for (StepPhase phase : StepPhase.values()) {
      phases.put(phase, 0L);
    }
    steps = 0;
    stepNanos = 0;
    samplingNanos = 0;
    gaps = 0;
    gapNanos = 0;
    ended = 0;
  }

  /** Steps of that kind since {@link #watch}. */
  synchronized long watched() {
    return steps;
  }

  /**
   * The means since {@link #watch}.
   *
   * @throws IllegalStateException if there was no such step
   */
  synchronized StepTimes times() {
    if (steps == 0) {
      throw new IllegalStateException(
          "no step had %d sequences and %d tokens".formatted(sequences, tokens));
    }
    Map<StepPhase, Double> each = new EnumMap<>(StepPhase.class);
    long calls = 0;
    for (Map.Entry<StepPhase, Long> phase : phases.entrySet()) {
      each.put(phase.getKey(), phase.getValue() / 1e6 / steps);
      calls += phase.getValue();
    }
    double chosen = samplingNanos / 1e6 / steps;
    double between = gaps == 0 ? 0 : gapNanos / 1e6 / gaps;
    return new StepTimes(
        each, (stepNanos - calls) / 1e6 / steps, chosen, Math.max(0, between - chosen));
  }

  @Override
  public ModelLimits limits() {
    return model.limits();
  }

  @Override
  public synchronized StepOutput step(List<SequenceSlice> slices) {
    long begin = System.nanoTime();
    int computed = slices.stream().mapToInt(slice -> slice.tokens().length).sum();
    boolean watched = slices.size() == sequences && computed == tokens;
    if (watched && ended != 0) {
      gaps++;
      gapNanos += begin - ended;
    }
    profile.clear();
    begin = System.nanoTime();
    StepOutput output = model.step(slices);
    long end = System.nanoTime();
    if (watched) {
      steps++;
      stepNanos += end - begin;
      phases.replaceAll((phase, nanos) -> nanos + profile.nanos(phase));
      choose(slices, output);
      samplingNanos += System.nanoTime() - end;
    }
    ended = watched ? System.nanoTime() : 0;
    return output;
  }

  /** What the engine will do to the same answers, and did to ask for them. */
  private void choose(List<SequenceSlice> slices, StepOutput output) {
    int row = 0;
    for (SequenceSlice slice : slices) {
      for (LogitsQuery query : slice.queries()) {
        sampler.query(sampling, slice.tokens(), 0, 1);
        sampler.sample(output, row++, query, sampling, 0, slice.start());
      }
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
