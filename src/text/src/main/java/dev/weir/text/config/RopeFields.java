package dev.weir.text.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig.Rope;
import dev.weir.text.json.Fields;
import java.util.List;

/** Reads the rotary embedding from a config, in both spellings. */
final class RopeFields {
  private static final List<String> TYPES =
      List.of("default", "linear", "dynamic", "yarn", "longrope", "llama3", "proportional");

  private RopeFields() {}

  static Rope read(Fields config, int headSize, int contextLength) {
    Fields rope = scalingFields(config);
    // What lies inside rope_parameters wins over the same field outside.
    double base = rope.positive("rope_theta", config.positive("rope_theta", 10_000));
    double partial =
        rope.positive("partial_rotary_factor", config.positive("partial_rotary_factor", 1));
    if (base <= 1) {
      throw config.bad("rope_theta", "above 1");
    }
    if (partial > 1) {
      throw config.bad("partial_rotary_factor", "at most 1");
    }
    String type = rope.text("rope_type", rope.text("type", "default"));
    if (type.equals("proportional")) {
      double factor = rope.positive("factor", 1);
      return new RopeScaling.Proportional(factor, partial).rope(base, headSize, contextLength);
    }
    int rotated = (int) (headSize * partial);
    if (rotated < 2 || rotated % 2 != 0) {
      throw config.bad("partial_rotary_factor", "such that an even part of a head rotates");
    }
    return scaling(type, rope, config, rotated, contextLength).rope(base, rotated, contextLength);
  }

  private static RopeScaling scaling(
      String type, Fields rope, Fields config, int rotated, int contextLength) {
    return switch (type) {
      case "default" -> new RopeScaling.Unscaled();
      case "linear" -> new RopeScaling.Linear(rope.positive("factor"));
      case "dynamic" -> dynamic(rope, rotated, contextLength);
      case "yarn" -> yarn(rope, config, contextLength);
      // LongRoPE's name in the first Phi-3 files.
      case "longrope", "su" -> longRope(rope, config, rotated, contextLength);
      case "llama3" -> llama3(rope, config, contextLength);
      default -> throw rope.unsupported(rope.has("rope_type") ? "rope_type" : "type", TYPES);
    };
  }

  /** The object with the scaling; an empty one where there is none. */
  private static Fields scalingFields(Fields config) {
    Fields rope = config.object("rope_parameters");
    if (rope == null) {
      rope = config.object("rope_scaling");
    }
    if (rope == null) {
      return new Fields(MissingNode.getInstance(), config.source());
    }
    for (JsonNode value : rope.node()) {
      if (value.isObject()) {
        throw new CheckpointException(
            rope.source() + ": one rotary embedding for each layer type is not supported");
      }
    }
    return rope;
  }

  private static RopeScaling dynamic(Fields rope, int rotated, int contextLength) {
    if (rotated <= 2) {
      throw rope.bad("rope_type", "one that works for a single pair, unlike dynamic;");
    }
    return new RopeScaling.Dynamic(rope.positive("factor"), contextLength);
  }

  private static int original(Fields rope, Fields config, int contextLength) {
    int most = ConfigLimits.MAX_CONTEXT;
    String field = "original_max_position_embeddings";
    // Phi-3 writes it beside the scaling; transformers lets that win.
    return config.count(field, most, rope.count(field, most, contextLength));
  }

  private static RopeScaling yarn(Fields rope, Fields config, int contextLength) {
    int original = original(rope, config, contextLength);
    double factor = rope.positive("factor", (double) contextLength / original);
    double attention = RopeScaling.Yarn.attentionFactor(factor, 1);
    if (nonZero(rope, "mscale") && nonZero(rope, "mscale_all_dim")) {
      attention =
          RopeScaling.Yarn.attentionFactor(factor, rope.positive("mscale"))
              / RopeScaling.Yarn.attentionFactor(factor, rope.positive("mscale_all_dim"));
    }
    return new RopeScaling.Yarn(
        factor,
        original,
        rope.positive("beta_fast", 32),
        rope.positive("beta_slow", 1),
        rope.flag("truncate", true),
        rope.positive("attention_factor", attention));
  }

  private static boolean nonZero(Fields fields, String field) {
    return fields.has(field) && fields.node().path(field).doubleValue() != 0;
  }

  private static RopeScaling longRope(Fields rope, Fields config, int rotated, int contextLength) {
    int original = original(rope, config, contextLength);
    double factor = rope.positive("factor", (double) contextLength / original);
    if (original < 2) {
      throw rope.bad("original_max_position_embeddings", "above 1");
    }
    return new RopeScaling.LongRope(
        rope.positives("short_factor", rotated / 2),
        rope.positives("long_factor", rotated / 2),
        original,
        rope.positive("attention_factor", RopeScaling.LongRope.attentionFactor(factor, original)));
  }

  private static RopeScaling llama3(Fields rope, Fields config, int contextLength) {
    double low = rope.positive("low_freq_factor");
    double high = rope.positive("high_freq_factor");
    if (high <= low) {
      throw rope.bad("high_freq_factor", "above low_freq_factor " + low);
    }
    return new RopeScaling.Llama3(
        rope.positive("factor"), low, high, original(rope, config, contextLength));
  }
}
