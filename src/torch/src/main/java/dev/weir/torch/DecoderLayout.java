package dev.weir.torch;

import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.ModelConfig.Rope;
import java.util.ArrayList;
import java.util.List;

/**
 * Where each weight lies in the program's lists: what the loader fills and the program reads.
 *
 * <p>{@code linears}: the output layer, then for each layer the four of {@link #LINEARS}. {@code
 * tables}: the token embedding, then learned positions, or those of a grid (above, row, column).
 * {@code vectors}: those of the whole model, then for each layer those of its norms and biases.
 */
final class DecoderLayout {
  static final List<String> LINEARS =
      List.of("qkv", "attention_output", "feed_forward", "feed_forward_output");

  private final boolean layerNorm;
  private final boolean learnedPositions;
  private final List<String> modelVectors = new ArrayList<>();
  private final List<String> layerVectors = new ArrayList<>();

  private DecoderLayout(ModelConfig config) {
    layerNorm = config.family() == Family.GPT2;
    Rope rope = config.rope();
    learnedPositions = rope == null;
    add(modelVectors, "final_norm", true);
    add(modelVectors, "final_norm_bias", layerNorm);
    add(modelVectors, "frequencies", rope != null);
    add(modelVectors, "long_frequencies", rope != null && !rope.longInverseFrequencies().isEmpty());
    add(layerVectors, "first_norm", true);
    add(layerVectors, "first_norm_bias", layerNorm);
    add(layerVectors, "qkv_bias", config.attentionBias());
    add(layerVectors, "head_norm", config.queryKeyNorm());
    add(layerVectors, "attention_output_bias", config.attentionOutputBias());
    add(layerVectors, "second_norm", true);
    add(layerVectors, "second_norm_bias", layerNorm);
    add(layerVectors, "feed_forward_bias", config.mlpBias());
    add(layerVectors, "feed_forward_output_bias", config.mlpBias());
  }

  static DecoderLayout of(ModelConfig config) {
    return new DecoderLayout(config);
  }

  private static void add(List<String> names, String name, boolean present) {
    if (present) {
      names.add(name);
    }
  }

  /** LayerNorm with biases rather than RMS norm. */
  boolean layerNorm() {
    return layerNorm;
  }

  /** A feed-forward layer of gate and up rather than of one matrix. */
  boolean gated() {
    return !layerNorm;
  }

  boolean learnedPositions() {
    return learnedPositions;
  }

  List<String> modelVectors() {
    return modelVectors;
  }

  List<String> layerVectors() {
    return layerVectors;
  }

  boolean hasVector(String name) {
    return layerVectors.contains(name);
  }

  /** Source of a vector of the whole model. */
  String modelVector(String name) {
    return "s.vectors[" + index(modelVectors, name) + "]";
  }

  /** Source of a vector of layer {@code i}. */
  String layerVector(String name) {
    int index = modelVectors.size() + index(layerVectors, name);
    return "s.vectors[i * " + layerVectors.size() + " + " + index + "]";
  }

  /** Source of the index of a linear of layer {@code i}; the output layer is 0. */
  String linear(String name) {
    return "i * " + LINEARS.size() + " + " + (1 + index(LINEARS, name));
  }

  private static int index(List<String> names, String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("no weight is called " + name);
    }
    return index;
  }
}
