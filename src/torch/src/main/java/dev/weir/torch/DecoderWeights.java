package dev.weir.torch;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.ModelConfig.Grid;
import dev.weir.text.ModelConfig.Rope;
import dev.weir.text.TensorSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleConsumer;

/** Loads a checkpoint's tensors into a {@link DecoderProgram} in the order of its layout. */
final class DecoderWeights {
  private final ModelConfig config;
  private final DecoderLayout layout;
  private final TensorSource tensors;
  private final int attended;
  private final int keyRows;
  private final boolean gpt2;

  private final String prefix;

  DecoderWeights(ModelConfig config, TensorSource tensors) {
    this.config = config;
    this.layout = DecoderLayout.of(config);
    this.tensors = tensors;
    this.attended = config.heads() * config.headSize();
    this.keyRows = config.kvHeads() * config.headSize();
    this.gpt2 = config.family() == Family.GPT2;
    this.prefix = gpt2 ? "transformer." : "model.";
  }

  /** Elements of all matrices. */
  long elements() {
    long layer =
        (long) (attended + 2 * keyRows) * config.hidden()
            + (long) config.hidden() * attended
            + (layout.gated() ? 3L : 2L) * config.intermediate() * config.hidden();
    long embedding = (long) config.vocabulary() * config.hidden();
    return config.layers() * layer
        + (config.tiedEmbeddings() ? 1 : 2) * embedding
        + gridRows() * config.hidden()
        + (layout.learnedPositions() ? (long) config.contextLength() * config.hidden() : 0);
  }

  /**
   * Loads everything.
   *
   * @throws CheckpointException if a tensor is absent or of another shape
   */
  void load(TorchModule module, DoubleConsumer progress) {
    try (WeightLoader loader = new WeightLoader(tensors, module, elements(), progress)) {
      load(loader);
    }
    progress.accept(1);
  }

  private void load(WeightLoader loader) {
    embeddings(loader);
    layout.modelVectors().forEach(name -> modelVector(loader, name));
    for (int layer = 0; layer < config.layers(); layer++) {
      for (String name : layout.layerVectors()) {
        loader.vector(layerVector(layer, name));
      }
      for (String name : DecoderLayout.LINEARS) {
        linear(loader, layer, name);
      }
    }
    loader.finish("release");
  }

  private void embeddings(WeightLoader loader) {
    String embedding = prefix + (gpt2 ? "wte.weight" : "embed_tokens.weight");
    if (!config.tiedEmbeddings()) {
      loader.stage(plain("lm_head.weight", config.vocabulary()), config.hidden());
      loader.finish("keep_linear");
    }
    loader.stage(plain(embedding, config.inputs()), config.hidden());
    if (config.tiedEmbeddings()) {
      loader.finish("keep_linear");
      loader.finish("keep_tied_table");
    } else {
      loader.finish("keep_table");
    }
    if (layout.learnedPositions()) {
      loader.stage(plain(prefix + "wpe.weight", config.contextLength()), config.hidden());
      loader.finish("keep_table");
    }
    Grid grid = config.grid();
    if (grid != null) {
      table(loader, "above_embedding.weight", config.vocabulary() + 1);
      table(loader, "row_embedding.weight", grid.side());
      table(loader, "column_embedding.weight", grid.side());
    }
  }

  private void table(WeightLoader loader, String name, int rows) {
    loader.stage(plain(prefix + name, rows), config.hidden());
    loader.finish("keep_table");
  }

  /** Rows of embeddings that no text model has. */
  private long gridRows() {
    Grid grid = config.grid();
    return grid == null ? 0 : config.inputs() + 1L + 2L * grid.side();
  }

  private void modelVector(WeightLoader loader, String name) {
    switch (name) {
      case "final_norm" ->
          loader.vector(plain(prefix + (gpt2 ? "ln_f.weight" : "norm.weight"), config.hidden()));
      case "final_norm_bias" -> loader.vector(plain(prefix + "ln_f.bias", config.hidden()));
      case "frequencies" -> loader.vector(floats(rope().inverseFrequencies()));
      case "long_frequencies" -> loader.vector(floats(rope().longInverseFrequencies()));
      default -> throw new IllegalArgumentException(name);
    }
  }

  private List<MatrixPart> layerVector(int layer, String name) {
    String at = layer(layer);
    return switch (name) {
      case "first_norm" ->
          plain(at + (gpt2 ? "ln_1.weight" : "input_layernorm.weight"), config.hidden());
      case "first_norm_bias" -> plain(at + "ln_1.bias", config.hidden());
      case "qkv_bias" -> queryKeyValue(at, "bias");
      case "head_norm" -> headNorms(at);
      case "attention_output_bias" ->
          plain(at + (gpt2 ? "attn.c_proj.bias" : "self_attn.o_proj.bias"), config.hidden());
      case "second_norm" ->
          plain(at + (gpt2 ? "ln_2.weight" : "post_attention_layernorm.weight"), config.hidden());
      case "second_norm_bias" -> plain(at + "ln_2.bias", config.hidden());
      case "feed_forward_bias" -> gateAndUp(at, "bias");
      case "feed_forward_output_bias" ->
          plain(at + (gpt2 ? "mlp.c_proj.bias" : "mlp.down_proj.bias"), config.hidden());
      default -> throw new IllegalArgumentException(name);
    };
  }

  private void linear(WeightLoader loader, int layer, String name) {
    String at = layer(layer);
    List<MatrixPart> parts =
        switch (name) {
          case "qkv" -> queryKeyValue(at, "weight");
          case "attention_output" ->
              plain(at + (gpt2 ? "attn.c_proj" : "self_attn.o_proj") + ".weight", config.hidden());
          case "feed_forward" -> gateAndUp(at, "weight");
          case "feed_forward_output" ->
              plain(at + (gpt2 ? "mlp.c_proj" : "mlp.down_proj") + ".weight", config.hidden());
          default -> throw new IllegalArgumentException(name);
        };
    int columns =
        switch (name) {
          case "attention_output" -> attended;
          case "feed_forward_output" -> config.intermediate();
          default -> config.hidden();
        };
    if (gpt2) {
      loader.stageTransposed(parts.getFirst(), columns);
    } else {
      loader.stage(parts, columns);
    }
    loader.finish("keep_linear");
  }

  /** The query's rows carry 1 / sqrt(head size), unless a norm follows them and would undo it. */
  private List<MatrixPart> queryKeyValue(String at, String kind) {
    double scale = config.queryKeyNorm() ? 1 : queryScale();
    if (gpt2) {
      return List.of(
          MatrixPart.plain(at + "attn.c_attn." + kind, attended + 2 * keyRows)
              .scaled(attended, scale));
    }
    int size = config.headSize();
    return List.of(
        MatrixPart.plain(at + "self_attn.q_proj." + kind, attended)
            .inPairs(size, paired())
            .scaled(attended, scale),
        MatrixPart.plain(at + "self_attn.k_proj." + kind, keyRows).inPairs(size, paired()),
        MatrixPart.plain(at + "self_attn.v_proj." + kind, keyRows));
  }

  /** One norm weight for each head of q and k, so that the program norms them in one go. */
  private List<MatrixPart> headNorms(String at) {
    int size = config.headSize();
    MatrixPart query =
        MatrixPart.plain(at + "self_attn.q_norm.weight", size)
            .inPairs(size, paired())
            .scaled(size, queryScale());
    MatrixPart key = MatrixPart.plain(at + "self_attn.k_norm.weight", size).inPairs(size, paired());
    List<MatrixPart> parts = new ArrayList<>(Collections.nCopies(config.heads(), query));
    parts.addAll(Collections.nCopies(config.kvHeads(), key));
    return parts;
  }

  private List<MatrixPart> gateAndUp(String at, String kind) {
    if (gpt2) {
      return plain(at + "mlp.c_fc." + kind, config.intermediate());
    }
    return List.of(
        MatrixPart.plain(at + "mlp.gate_proj." + kind, config.intermediate()),
        MatrixPart.plain(at + "mlp.up_proj." + kind, config.intermediate()));
  }

  private int paired() {
    return config.rotaryInterleaved() ? 0 : 2 * rope().inverseFrequencies().size();
  }

  private double queryScale() {
    return 1 / Math.sqrt(config.headSize());
  }

  private String layer(int layer) {
    return prefix + (gpt2 ? "h." : "layers.") + layer + ".";
  }

  private Rope rope() {
    Rope rope = config.rope();
    if (rope == null) {
      throw new CheckpointException("a " + config.family() + " model wants a rotary embedding");
    }
    return rope;
  }

  private static List<MatrixPart> plain(String tensor, int rows) {
    return List.of(MatrixPart.plain(tensor, rows));
  }

  private static float[] floats(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }
}
