package dev.weir.text.lora;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.CheckpointException;
import dev.weir.text.json.Fields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What {@code adapter_config.json} says (PEFT's {@code LoraConfig}).
 *
 * @param rank of the layers that no pattern names
 * @param alpha likewise; the product is scaled by alpha / rank
 * @param rankStabilised it is scaled by alpha / sqrt(rank) instead (Kalajdzievski 2023)
 * @param ranks by the end of a layer's name; the first that matches counts
 * @param alphas likewise
 * @param targets names of layers; empty where the config has an expression for them, or all
 */
record LoraConfig(
    int rank,
    double alpha,
    boolean rankStabilised,
    Map<String, Integer> ranks,
    Map<String, Double> alphas,
    List<String> targets) {

  private static final double MAX_ALPHA = 1e6;

  /** Fields that change what an adapter computes in ways that Weir does not know. */
  private static final List<String> REFUSED =
      List.of(
          "use_dora",
          "use_qalora",
          "lora_bias",
          "fan_in_fan_out",
          "modules_to_save",
          "layer_replication",
          "target_parameters",
          "trainable_token_indices",
          "alora_invocation_tokens",
          "arrow_config",
          "use_bdlora",
          "kasa_config",
          "monteclora_config");

  /**
   * Initialisations that change the base model's weights, which an adapter's file does not hold.
   */
  private static final Set<String> CHANGING_THE_BASE = Set.of("olora", "loftq", "corda");

  /**
   * Reads a config.
   *
   * @throws CheckpointException that names the field that is wrong or not supported
   */
  static LoraConfig parse(JsonNode json, String source) {
    Fields fields = new Fields(json, source);
    if (!fields.text("peft_type", "LORA").equals("LORA")) {
      throw fields.unsupported("peft_type", List.of("LORA"));
    }
    if (!fields.text("bias", "none").equals("none")) {
      throw fields.unsupported("bias", List.of("none"));
    }
    for (String field : REFUSED) {
      if (set(json.path(field))) {
        throw fields.unsupported(field, List.of("adapters without it"));
      }
    }
    JsonNode initial = json.path("init_lora_weights");
    if (initial.isTextual()
        && (initial.textValue().startsWith("pissa")
            || CHANGING_THE_BASE.contains(initial.textValue()))) {
      throw fields.unsupported(
          "init_lora_weights",
          List.of("those that leave the base model as it is; PEFT can convert such adapters"));
    }
    return new LoraConfig(
        fields.count("r", LoraAdapter.MAX_RANK, 8),
        alpha(fields, "lora_alpha", 8),
        fields.flag("use_rslora", false),
        patterns(fields, "rank_pattern", (f, name) -> f.count(name, LoraAdapter.MAX_RANK)),
        patterns(fields, "alpha_pattern", (f, name) -> alpha(f, name, 1)),
        targets(fields));
  }

  /** Whether a field says anything: null, false, and nothing in a list or object do not. */
  private static boolean set(JsonNode value) {
    return value.isContainerNode()
        ? !value.isEmpty()
        : !value.isMissingNode()
            && !value.isNull()
            && !(value.isBoolean() && !value.booleanValue());
  }

  private static double alpha(Fields fields, String field, double fallback) {
    double alpha = fields.positive(field, fallback);
    if (alpha > MAX_ALPHA) {
      throw fields.bad(field, "at most " + (long) MAX_ALPHA);
    }
    return alpha;
  }

  /** Reads one entry of a pattern. */
  private interface Entry<T> {
    T read(Fields pattern, String name);
  }

  /** Names, which PEFT takes for expressions: others than plain ones are refused. */
  private static <T> Map<String, T> patterns(Fields fields, String field, Entry<T> entry) {
    Map<String, T> patterns = new LinkedHashMap<>();
    Fields pattern = fields.object(field);
    if (pattern == null) {
      return patterns;
    }
    for (Map.Entry<String, JsonNode> each : pattern.node().properties()) {
      String name = each.getKey().replace("\\.", ".");
      if (!name.matches("\\^?[A-Za-z0-9_.]+")) {
        throw fields.unsupported(field, List.of("names of layers, not expressions"));
      }
      patterns.put(name, entry.read(pattern, each.getKey()));
    }
    return patterns;
  }

  private static List<String> targets(Fields fields) {
    JsonNode modules = fields.node().path("target_modules");
    if (modules.isTextual() || modules.isMissingNode() || modules.isNull()) {
      return List.of();
    }
    List<String> known = Stream.of(Projection.values()).map(Projection::leaf).toList();
    List<String> targets = new ArrayList<>();
    for (JsonNode module : modules) {
      String name = module.asText();
      if (!known.contains(name.substring(name.lastIndexOf('.') + 1))) {
        throw fields.unsupported("target_modules", known);
      }
      targets.add(name);
    }
    return targets;
  }

  int rank(String module) {
    return found(ranks, module, rank);
  }

  /** What the product of a layer's two matrices is multiplied by. */
  float scale(String module) {
    double rank = rank(module);
    return (float) (found(alphas, module, alpha) / (rankStabilised ? Math.sqrt(rank) : rank));
  }

  private static <T> T found(Map<String, T> patterns, String module, T otherwise) {
    return patterns.entrySet().stream()
        .filter(pattern -> names(pattern.getKey(), module))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(otherwise);
  }

  /** Whether a name stands for a module: it is the whole of its path, or the end from a dot on. */
  static boolean names(String name, String module) {
    return name.startsWith("^")
        ? module.equals(name.substring(1))
        : module.equals(name) || module.endsWith("." + name);
  }
}
