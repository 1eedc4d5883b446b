package dev.weir.text.gguf;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig.Rope;
import dev.weir.text.TensorSource;
import dev.weir.text.config.ConfigLimits;
import dev.weir.text.config.RopeScaling;
import java.util.ArrayList;
import java.util.List;

/** The rotary embedding of a GGUF, with the scalings that llama.cpp knows. */
final class GgufRope {
  /** Divisors of the frequencies, [rotated / 2]: how llama 3's scaling is stored. */
  static final String FREQUENCIES = "rope_freqs.weight";

  static final String LONG_FACTORS = "rope_factors_long.weight";
  static final String SHORT_FACTORS = "rope_factors_short.weight";

  private final GgufMetadata metadata;
  private final String prefix;
  private final TensorSource tensors;
  private final int rotated;
  private final int contextLength;

  private GgufRope(
      GgufMetadata metadata, String prefix, TensorSource tensors, int rotated, int contextLength) {
    this.metadata = metadata;
    this.prefix = prefix;
    this.tensors = tensors;
    this.rotated = rotated;
    this.contextLength = contextLength;
  }

  static Rope read(
      GgufMetadata metadata, String prefix, TensorSource tensors, int headSize, int contextLength) {
    int rotated = metadata.count(prefix + "dimension_count", headSize, headSize);
    rotated = metadata.count(prefix + "rope.dimension_count", headSize, rotated);
    if (rotated % 2 != 0) {
      throw metadata.bad(prefix + "rope.dimension_count", "even");
    }
    double base = metadata.positive(prefix + "rope.freq_base", 10_000);
    if (base <= 1) {
      throw metadata.bad(prefix + "rope.freq_base", "above 1");
    }
    return new GgufRope(metadata, prefix, tensors, rotated, contextLength)
        .scaling()
        .rope(base, rotated, contextLength);
  }

  private RopeScaling scaling() {
    String typeKey = prefix + "rope.scaling.type";
    String type = metadata.text(typeKey);
    double legacy = metadata.positive(prefix + "rope.scale_linear", 1);
    double factor = metadata.positive(prefix + "rope.scaling.factor", legacy);
    boolean divisors = tensors.names().contains(FREQUENCIES);
    return switch (type == null ? "linear" : type) { // as llama.cpp takes a missing type
      case "none" -> divisors ? divisors(1) : new RopeScaling.Unscaled();
      case "linear" -> divisors ? divisors(factor) : new RopeScaling.Linear(factor);
      case "yarn" -> {
        if (divisors) {
          throw new CheckpointException(
              "%s: %s together with yarn is not supported"
                  .formatted(metadata.source(), FREQUENCIES));
        }
        yield yarn(factor);
      }
      case "longrope" -> longRope(factor);
      default -> throw metadata.unsupported(typeKey, List.of("none", "linear", "yarn", "longrope"));
    };
  }

  private RopeScaling divisors(double factor) {
    return new RopeScaling.Divisors(
        factors(FREQUENCIES).stream().map(divisor -> divisor * factor).toList());
  }

  private int original() {
    return metadata.count(
        prefix + "rope.scaling.original_context_length", ConfigLimits.MAX_CONTEXT, contextLength);
  }

  private RopeScaling yarn(double factor) {
    double attention =
        metadata.positive(prefix + "rope.scaling.attn_factor", 1)
            * RopeScaling.Yarn.attentionFactor(factor, 1);
    return new RopeScaling.Yarn(
        factor,
        original(),
        metadata.positive(prefix + "rope.scaling.yarn_beta_fast", 32),
        metadata.positive(prefix + "rope.scaling.yarn_beta_slow", 1),
        true,
        attention);
  }

  private RopeScaling longRope(double factor) {
    int original = original();
    if (original < 2) {
      throw metadata.bad(prefix + "rope.scaling.original_context_length", "above 1");
    }
    double ratio = factor == 1 ? (double) contextLength / original : factor;
    return new RopeScaling.LongRope(
        factors(SHORT_FACTORS),
        factors(LONG_FACTORS),
        original,
        metadata.positive(
            prefix + "rope.scaling.attn_factor",
            RopeScaling.LongRope.attentionFactor(ratio, original)));
  }

  private List<Double> factors(String tensor) {
    List<Long> shape = tensors.describe(tensor).shape();
    if (!shape.equals(List.of(rotated / 2L))) {
      throw new CheckpointException(
          "%s: tensor %s has the shape %s, the config makes it [%d]"
              .formatted(metadata.source(), tensor, shape, rotated / 2));
    }
    float[] read = new float[rotated / 2];
    tensors.read(tensor, 0, read);
    List<Double> factors = new ArrayList<>(read.length);
    for (float factor : read) {
      if (!(factor > 0) || Float.isInfinite(factor)) {
        throw new CheckpointException(
            "%s: tensor %s has the value %s; all must be above 0"
                .formatted(metadata.source(), tensor, factor));
      }
      factors.add((double) factor);
    }
    return factors;
  }
}
