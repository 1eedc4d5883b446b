package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Grid;
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
    long head = config.tiedEmbeddings() ? 0 : config.vocabulary();
    return config.layers() * layer + (head + config.inputs() + gridRows()) * config.hidden();
  }

  /** Rows of the tables of a picture's cells. */
  private long gridRows() {
    Grid grid = config.grid();
    return grid == null ? 0 : config.vocabulary() + 1L + 2L * grid.side();
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
    Grid grid = config.grid();
    if (grid == null) {
      table(packer, embedding, "model.embed_tokens.weight", config.vocabulary());
    } else {
      MemorySegment tables =
          model.asSlice(Structs.offset(Structs.MODEL, "grid"), Structs.GRID.byteSize());
      cells(packer, embedding, tables, grid);
    }
    if (config.tiedEmbeddings()) {
      head.copyFrom(embedding);
    } else {
      table(packer, head, "lm_head.weight", config.vocabulary());
    }
    model.set(ADDRESS, Structs.offset(Structs.MODEL, "final_norm"), norm(packer, "model.norm"));
    long layerBytes = Structs.LAYER.byteSize();
    MemorySegment layers = memory.allocate(layerBytes * config.layers());
    model.set(ADDRESS, Structs.offset(Structs.MODEL, "layer"), layers);
    for (int i = 0; i < config.layers(); i++) {
      layer(packer, layers.asSlice(i * layerBytes, layerBytes), i);
    }
  }

  /** All that is looked up, not multiplied: small as it is, it is kept as it is. */
  private void cells(
      MatrixPacker packer, MemorySegment embedding, MemorySegment tables, Grid grid) {
    exact(packer, embedding, "model.embed_tokens.weight", config.inputs());
    MemorySegment above = matrix(tables, Structs.GRID, "above");
    exact(packer, above, "model.above_embedding.weight", config.vocabulary() + 1);
    MemorySegment row = matrix(tables, Structs.GRID, "row");
    exact(packer, row, "model.row_embedding.weight", grid.side());
    MemorySegment column = matrix(tables, Structs.GRID, "column");
    exact(packer, column, "model.column_embedding.weight", grid.side());
    tables.set(JAVA_INT, Structs.offset(Structs.GRID, "side"), grid.side());
    tables.set(JAVA_INT, Structs.offset(Structs.GRID, "prefix"), grid.prefix());
  }

  private void exact(MatrixPacker packer, MemorySegment into, String tensor, int rows) {
    int padded = MatrixPacker.padded(rows, LANES);
    packer.packExact(into, plain(tensor, rows), padded, config.hidden());
  }

  private void table(MatrixPacker packer, MemorySegment into, String tensor, int rows) {
    int padded = MatrixPacker.padded(rows, LANES);
    packer.pack(into, plain(tensor, rows), padded, config.hidden());
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
