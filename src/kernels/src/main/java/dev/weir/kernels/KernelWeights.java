package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A checkpoint's tensors as the matrices and vectors of {@code weir_model}. */
final class KernelWeights {
  private static final int LANES = 16;
  private static final int GROUP = 32;

  private final ModelConfig config;
  private final int pairs;
  private final int attended;
  private final int keyRows;

  KernelWeights(ModelConfig config) {
    this.config = config;
    ModelConfig.Rope rope = config.rope();
    if (rope == null) {
      throw new CheckpointException("a " + config.family() + " model wants a rotary embedding");
    }
    this.pairs = rope.inverseFrequencies().size();
    this.attended = config.heads() * config.headSize();
    this.keyRows = config.kvHeads() * config.headSize();
  }

  /** Elements of all matrices. */
  long elements() {
    long layer =
        (long) (attended + 2 * keyRows) * config.hidden()
            + (long) config.hidden() * attended
            + 3L * config.intermediate() * config.hidden();
    long embedding = (long) config.vocabulary() * config.hidden();
    return config.layers() * layer + (config.tiedEmbeddings() ? 1 : 2) * embedding;
  }

  /** Bytes of an element in memory, at most. */
  static double elementBytes(KernelPrecision precision) {
    return switch (precision) {
      case F32 -> Float.BYTES;
      case BF16 -> Short.BYTES;
      case AUTO, GROUPS -> 1.0625; // a byte, and a scale for 32 of them
    };
  }

  /** Residual stream, padded to whole groups. */
  static int width(ModelConfig config) {
    return MatrixPacker.padded(config.hidden(), GROUP);
  }

  /** Packs everything into a {@code weir_model}. */
  void load(MatrixPacker packer, NativeMemory memory, MemorySegment model) {
    MemorySegment embedding = matrix(model, Structs.MODEL, "embedding");
    MemorySegment head = matrix(model, Structs.MODEL, "head");
    table(packer, embedding, "model.embed_tokens.weight");
    if (config.tiedEmbeddings()) {
      head.copyFrom(embedding);
    } else {
      table(packer, head, "lm_head.weight");
    }
    model.set(ADDRESS, Structs.offset(Structs.MODEL, "final_norm"), norm(packer, "model.norm"));
    long layerBytes = Structs.LAYER.byteSize();
    MemorySegment layers = memory.allocate(layerBytes * config.layers());
    model.set(ADDRESS, Structs.offset(Structs.MODEL, "layer"), layers);
    for (int i = 0; i < config.layers(); i++) {
      layer(packer, layers.asSlice(i * layerBytes, layerBytes), i);
    }
  }

  private void table(MatrixPacker packer, MemorySegment into, String tensor) {
    int rows = config.vocabulary();
    packer.pack(
        into,
        List.of(new MatrixRows(tensor, RowOrder.consecutive(0, rows))),
        MatrixPacker.padded(rows, LANES),
        config.hidden());
  }

  private void layer(MatrixPacker packer, MemorySegment layer, int index) {
    String at = "model.layers." + index + ".";
    int hidden = config.hidden();
    int inner = config.intermediate();
    int width = width(config);
    int feedRows = 2 * MatrixPacker.padded(inner, GROUP);
    int qkvRows = attended + 2 * keyRows;
    packer.pack(matrix(layer, Structs.LAYER, "qkv"), queryKeyValue(at, "weight"), qkvRows, hidden);
    packer.pack(
        matrix(layer, Structs.LAYER, "output"),
        plain(at + "self_attn.o_proj.weight", hidden),
        MatrixPacker.padded(hidden, LANES),
        attended);
    packer.pack(matrix(layer, Structs.LAYER, "feed"), gateAndUp(at, "weight"), feedRows, hidden);
    packer.pack(
        matrix(layer, Structs.LAYER, "down"),
        plain(at + "mlp.down_proj.weight", hidden),
        MatrixPacker.padded(hidden, LANES),
        inner);
    set(layer, "attention_norm", norm(packer, at + "input_layernorm"));
    set(layer, "feed_norm", norm(packer, at + "post_attention_layernorm"));
    if (config.queryKeyNorm()) {
      set(layer, "query_norm", headNorm(packer, at + "self_attn.q_norm.weight"));
      set(layer, "key_norm", headNorm(packer, at + "self_attn.k_norm.weight"));
    }
    if (config.attentionBias()) {
      set(layer, "qkv_bias", packer.vector(queryKeyValue(at, "bias"), qkvRows));
    }
    if (config.attentionOutputBias()) {
      set(layer, "output_bias", bias(packer, at + "self_attn.o_proj.bias", width));
    }
    if (config.mlpBias()) {
      set(layer, "feed_bias", packer.vector(gateAndUp(at, "bias"), feedRows));
      set(layer, "down_bias", bias(packer, at + "mlp.down_proj.bias", width));
    }
    long window = config.slidingWindows().get(index);
    layer.set(JAVA_LONG, Structs.offset(Structs.LAYER, "window"), window);
  }

  private List<MatrixRows> queryKeyValue(String at, String kind) {
    List<MatrixRows> parts = new ArrayList<>();
    int[] query = RowOrder.heads(config, 0, config.heads(), pairs);
    int[] key = RowOrder.heads(config, attended, config.kvHeads(), pairs);
    parts.add(new MatrixRows(at + "self_attn.q_proj." + kind, query));
    parts.add(new MatrixRows(at + "self_attn.k_proj." + kind, key));
    int[] value = RowOrder.consecutive(attended + keyRows, keyRows);
    parts.add(new MatrixRows(at + "self_attn.v_proj." + kind, value));
    return parts;
  }

  private List<MatrixRows> gateAndUp(String at, String kind) {
    int rows = config.intermediate();
    return List.of(
        new MatrixRows(at + "mlp.gate_proj." + kind, RowOrder.turns(0, rows)),
        new MatrixRows(at + "mlp.up_proj." + kind, RowOrder.turns(1, rows)));
  }

  private MemorySegment headNorm(MatrixPacker packer, String tensor) {
    int[] order = RowOrder.heads(config, 0, 1, pairs);
    return packer.vector(List.of(new MatrixRows(tensor, order)), config.headSize());
  }

  private MemorySegment norm(MatrixPacker packer, String name) {
    return packer.vector(plain(name + ".weight", config.hidden()), width(config));
  }

  private MemorySegment bias(MatrixPacker packer, String tensor, int size) {
    return packer.vector(plain(tensor, config.hidden()), size);
  }

  private static List<MatrixRows> plain(String tensor, int rows) {
    return List.of(new MatrixRows(tensor, RowOrder.consecutive(0, rows)));
  }

  private static MemorySegment matrix(
      MemorySegment struct, java.lang.foreign.StructLayout layout, String field) {
    return struct.asSlice(Structs.offset(layout, field), Structs.MATRIX.byteSize());
  }

  private static void set(MemorySegment layer, String field, MemorySegment vector) {
    layer.set(ADDRESS, Structs.offset(Structs.LAYER, field), vector);
  }
}
