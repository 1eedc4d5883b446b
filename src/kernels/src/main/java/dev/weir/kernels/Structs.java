package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.text.lora.Projection;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.util.List;

/** The structs of {@code weir.h}, in the same order and with the same names. */
final class Structs {
  /** Most candidates and alternatives of a row: WEIR_CANDIDATES. */
  static final int CANDIDATES = 64;

  static final StructLayout PANEL =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("offset"), JAVA_INT.withName("format"), JAVA_INT.withName("reserved"));

  static final StructLayout MATRIX =
      MemoryLayout.structLayout(
          ADDRESS.withName("panels"),
          ADDRESS.withName("each"),
          JAVA_LONG.withName("stride"),
          JAVA_INT.withName("rows"),
          JAVA_INT.withName("columns"),
          JAVA_INT.withName("format"),
          JAVA_INT.withName("reserved"));

  static final StructLayout LAYER =
      MemoryLayout.structLayout(
          MATRIX.withName("qkv"),
          MATRIX.withName("output"),
          MATRIX.withName("feed"),
          MATRIX.withName("down"),
          ADDRESS.withName("attention_norm"),
          ADDRESS.withName("feed_norm"),
          ADDRESS.withName("query_norm"),
          ADDRESS.withName("key_norm"),
          ADDRESS.withName("qkv_bias"),
          ADDRESS.withName("output_bias"),
          ADDRESS.withName("feed_bias"),
          ADDRESS.withName("down_bias"),
          JAVA_LONG.withName("window"));

  static final StructLayout ACTIVATIONS =
      MemoryLayout.structLayout(
          ADDRESS.withName("values"),
          ADDRESS.withName("scale"),
          ADDRESS.withName("shift"),
          ADDRESS.withName("zero"),
          ADDRESS.withName("halves"),
          ADDRESS.withName("exact"));

  static final StructLayout GRID =
      MemoryLayout.structLayout(
          MATRIX.withName("above"),
          MATRIX.withName("row"),
          MATRIX.withName("column"),
          JAVA_INT.withName("side"),
          JAVA_INT.withName("prefix"));

  static final StructLayout MODEL =
      MemoryLayout.structLayout(
          ADDRESS.withName("layer"),
          ADDRESS.withName("final_norm"),
          ADDRESS.withName("cosine"),
          ADDRESS.withName("sine"),
          ADDRESS.withName("cache"),
          ADDRESS.withName("pool"),
          MATRIX.withName("embedding"),
          MATRIX.withName("head"),
          GRID.withName("grid"),
          ADDRESS.withName("x"),
          ADDRESS.withName("y"),
          ADDRESS.withName("mixed"),
          ADDRESS.withName("reduced"),
          ADDRESS.withName("parts"),
          ACTIVATIONS.withName("narrow"),
          ACTIVATIONS.withName("wide"),
          JAVA_LONG.withName("cache_blocks"),
          JAVA_INT.withName("layers"),
          JAVA_INT.withName("hidden"),
          JAVA_INT.withName("intermediate"),
          JAVA_INT.withName("heads"),
          JAVA_INT.withName("kv_heads"),
          JAVA_INT.withName("head_size"),
          JAVA_INT.withName("pairs"),
          JAVA_INT.withName("vocabulary"),
          JAVA_INT.withName("cache_is_f32"),
          JAVA_INT.withName("exact"),
          JAVA_INT.withName("variant"),
          JAVA_FLOAT.withName("epsilon"),
          JAVA_FLOAT.withName("query_scale"),
          JAVA_INT.withName("reserved"));

  static final StructLayout SLICE =
      MemoryLayout.structLayout(
          ADDRESS.withName("blocks"),
          JAVA_INT.withName("row"),
          JAVA_INT.withName("rows"),
          JAVA_INT.withName("position"),
          JAVA_INT.withName("reserved"));

  static final StructLayout QUERY =
      MemoryLayout.structLayout(
          JAVA_DOUBLE.withName("log_normalizer"),
          JAVA_DOUBLE.withName("entropy"),
          JAVA_DOUBLE.withName("own_log_sum_exp"),
          MemoryLayout.sequenceLayout(CANDIDATES, JAVA_INT).withName("candidate_ids"),
          MemoryLayout.sequenceLayout(CANDIDATES, JAVA_FLOAT).withName("candidate_logits"),
          MemoryLayout.sequenceLayout(CANDIDATES, JAVA_INT).withName("alternative_ids"),
          MemoryLayout.sequenceLayout(CANDIDATES, JAVA_FLOAT).withName("alternative_logits"),
          JAVA_INT.withName("arg_max"),
          JAVA_INT.withName("found"),
          JAVA_INT.withName("alternatives_found"),
          JAVA_INT.withName("listed"),
          JAVA_INT.withName("row"),
          JAVA_INT.withName("candidates"),
          JAVA_INT.withName("alternatives"),
          JAVA_INT.withName("wants_entropy"),
          JAVA_INT.withName("edits"),
          JAVA_INT.withName("list_count"),
          JAVA_INT.withName("list_room"),
          JAVA_FLOAT.withName("inverse_temperature"),
          JAVA_DOUBLE.withName("list_share"),
          JAVA_DOUBLE.withName("list_mass"),
          ADDRESS.withName("logits"),
          ADDRESS.withName("edit_ids"),
          ADDRESS.withName("bias"),
          ADDRESS.withName("repetition"),
          ADDRESS.withName("reduction"),
          ADDRESS.withName("unedited"),
          ADDRESS.withName("allowed"),
          ADDRESS.withName("list_ids"),
          ADDRESS.withName("list_logits"),
          ADDRESS.withName("list_weights"));

  static final StructLayout STEP =
      MemoryLayout.structLayout(
          ADDRESS.withName("tokens"),
          ADDRESS.withName("positions"),
          ADDRESS.withName("before"),
          ADDRESS.withName("slices"),
          ADDRESS.withName("adapters"),
          ADDRESS.withName("queries"),
          ADDRESS.withName("logits"),
          JAVA_INT.withName("rows"),
          JAVA_INT.withName("slice_count"),
          JAVA_INT.withName("query_count"),
          JAVA_INT.withName("reserved"),
          ADDRESS.withName("phases"));

  static final StructLayout LOW_RANK =
      MemoryLayout.structLayout(
          ADDRESS.withName("a"),
          ADDRESS.withName("b"),
          JAVA_INT.withName("rank"),
          JAVA_INT.withName("first"),
          JAVA_INT.withName("turns"),
          JAVA_INT.withName("panels"),
          JAVA_FLOAT.withName("scale"),
          JAVA_INT.withName("reserved"));

  /** One layer of an adapter: its parts in the order of {@code Projection}. */
  static final StructLayout ADAPTER =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(Projection.values().length, LOW_RANK).withName("part"));

  /** In the order of {@code weir_size}. */
  static final List<StructLayout> ALL =
      List.of(
          MATRIX, LAYER, ACTIVATIONS, MODEL, SLICE, QUERY, STEP, LOW_RANK, ADAPTER, PANEL, GRID);

  private Structs() {}

  /** Where a field lies. */
  static long offset(StructLayout struct, String field) {
    return struct.byteOffset(PathElement.groupElement(field));
  }
}
