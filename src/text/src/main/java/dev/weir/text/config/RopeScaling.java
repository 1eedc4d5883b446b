package dev.weir.text.config;

import dev.weir.text.ModelConfig.DynamicNtk;
import dev.weir.text.ModelConfig.Rope;
import java.util.ArrayList;
import java.util.List;

/**
 * How rotary frequencies are stretched for longer contexts: the kinds of transformers' {@code
 * modeling_rope_utils}, and ggml's factors for each frequency.
 */
public sealed interface RopeScaling {

  /** Frequencies as in Su 2021. */
  record Unscaled() implements RopeScaling {}

  /** Positions divided by a factor (Chen 2023, position interpolation). */
  record Linear(double factor) implements RopeScaling {}

  /** The base grows with the sequence beyond the original context (NTK-aware). */
  record Dynamic(double factor, int originalContextLength) implements RopeScaling {}

  /**
   * YaRN (Peng 2023): low frequencies are interpolated, high ones left, between them a ramp.
   *
   * @param betaFast rotations over the original context above which a frequency is left
   * @param betaSlow rotations below which it is interpolated
   * @param truncate ends of the ramp fall on whole dimensions
   * @param attentionFactor what cos and sin are multiplied by
   */
  record Yarn(
      double factor,
      int originalContextLength,
      double betaFast,
      double betaSlow,
      boolean truncate,
      double attentionFactor)
      implements RopeScaling {

    /** The paper's temperature: 0.1 mscale ln(factor) + 1. */
    public static double attentionFactor(double factor, double mscale) {
      return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }
  }

  /**
   * LongRoPE (Ding 2024): a divisor for each frequency, one set within the original context and one
   * beyond.
   *
   * @param shortFactors [rotated size / 2]
   * @param longFactors [rotated size / 2]
   */
  record LongRope(
      List<Double> shortFactors,
      List<Double> longFactors,
      int originalContextLength,
      double attentionFactor)
      implements RopeScaling {

    /** What transformers takes where a config names no attention factor. */
    public static double attentionFactor(double factor, int originalContextLength) {
      return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalContextLength));
    }
  }

  /** Llama 3.1: long wavelengths divided by a factor, short ones left, between them a blend. */
  record Llama3(
      double factor,
      double lowFrequencyFactor,
      double highFrequencyFactor,
      int originalContextLength)
      implements RopeScaling {}

  /** A divisor for each frequency (a GGUF's {@code rope_freqs.weight}). [rotated size / 2] */
  record Divisors(List<Double> divisors) implements RopeScaling {}

  /** Only the first pairs rotate, but over the whole head's range of frequencies. */
  record Proportional(double factor, double rotatedFraction) implements RopeScaling {}

  /**
   * Computes the frequencies.
   *
   * @param base of the wavelengths (rope_theta)
   * @param rotated elements of a head that rotate; even
   * @param contextLength positions that the model was made for
   */
  default Rope rope(double base, int rotated, int contextLength) {
    List<Double> plain = frequencies(base, rotated);
    return switch (this) {
      case Unscaled() -> fixed(plain, 1, contextLength);
      case Linear(double factor) ->
          fixed(plain.stream().map(f -> f / factor).toList(), 1, contextLength);
      case Dynamic(double factor, int original) ->
          new Rope(plain, 1, List.of(), original, new DynamicNtk(base, factor));
      case Yarn yarn ->
          fixed(yarnFrequencies(yarn, plain, base), yarn.attentionFactor(), contextLength);
      case LongRope(List<Double> shorter, List<Double> longer, int original, double attention) ->
          new Rope(divided(plain, shorter), attention, divided(plain, longer), original, null);
      case Llama3 llama3 ->
          fixed(plain.stream().map(f -> llama3(llama3, f)).toList(), 1, contextLength);
      case Divisors(List<Double> divisors) -> fixed(divided(plain, divisors), 1, contextLength);
      case Proportional(double factor, double fraction) -> {
        int turning = (int) (fraction * rotated / 2);
        List<Double> frequencies = new ArrayList<>(plain.size());
        for (int i = 0; i < plain.size(); i++) {
          frequencies.add(i < turning ? plain.get(i) / factor : 0);
        }
        yield fixed(frequencies, 1, contextLength);
      }
    };
  }

  private static Rope fixed(List<Double> frequencies, double attention, int contextLength) {
    return new Rope(List.copyOf(frequencies), attention, List.of(), contextLength, null);
  }

  private static List<Double> frequencies(double base, int rotated) {
    List<Double> frequencies = new ArrayList<>(rotated / 2);
    for (int i = 0; i < rotated; i += 2) {
      frequencies.add(1 / Math.pow(base, (double) i / rotated));
    }
    return frequencies;
  }

  private static List<Double> divided(List<Double> frequencies, List<Double> divisors) {
    List<Double> divided = new ArrayList<>(frequencies.size());
    for (int i = 0; i < frequencies.size(); i++) {
      divided.add(frequencies.get(i) / divisors.get(i));
    }
    return List.copyOf(divided);
  }

  private static List<Double> yarnFrequencies(Yarn yarn, List<Double> plain, double base) {
    int rotated = plain.size() * 2;
    double low = correctionDimension(yarn.betaFast(), rotated, base, yarn.originalContextLength());
    double high = correctionDimension(yarn.betaSlow(), rotated, base, yarn.originalContextLength());
    if (yarn.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, rotated - 1);
    if (low == high) {
      high += 0.001; // as in the paper's code: a ramp of no width would divide by zero
    }
    List<Double> frequencies = new ArrayList<>(plain.size());
    for (int i = 0; i < plain.size(); i++) {
      double interpolated = Math.clamp((i - low) / (high - low), 0.0, 1.0);
      double f = plain.get(i);
      frequencies.add(f / yarn.factor() * interpolated + f * (1 - interpolated));
    }
    return frequencies;
  }

  /** The dimension that turns this many times over the original context (YaRN, section 3.2). */
  private static double correctionDimension(
      double rotations, int rotated, double base, int originalContextLength) {
    return rotated
        * Math.log(originalContextLength / (rotations * 2 * Math.PI))
        / (2 * Math.log(base));
  }

  private static double llama3(Llama3 scaling, double frequency) {
    double wavelength = 2 * Math.PI / frequency;
    double original = scaling.originalContextLength();
    if (wavelength < original / scaling.highFrequencyFactor()) {
      return frequency;
    }
    if (wavelength > original / scaling.lowFrequencyFactor()) {
      return frequency / scaling.factor();
    }
    double smooth =
        (original / wavelength - scaling.lowFrequencyFactor())
            / (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
    return (1 - smooth) * frequency / scaling.factor() + smooth * frequency;
  }
}
