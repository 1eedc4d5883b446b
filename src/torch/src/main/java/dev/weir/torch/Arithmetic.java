package dev.weir.torch;

/**
 * How linear layers are computed: the part of the program that depends on the precision and the
 * device.
 *
 * @param device {@code cpu} or {@code cuda:0}, as PyTorch writes it
 */
record Arithmetic(Kind kind, String device) {
  /** PyTorch's number of float32. */
  static final int FLOAT32 = 6;

  /** PyTorch's number of bfloat16. */
  static final int BFLOAT16 = 15;

  /** Kernels. */
  enum Kind {
    FLOAT32,
    /** bfloat16 weights in PyTorch's own layout: GPUs, and CPUs without bfloat16 instructions. */
    BFLOAT16_PLAIN,
    /** bfloat16 weights in oneDNN's packed layout. */
    BFLOAT16_PACKED,
    /** FBGEMM's packed int8 weights. */
    INT8
  }

  boolean gpu() {
    return device.startsWith("cuda");
  }

  /** Type of what a linear layer's weights are kept as. */
  String linearType() {
    return kind == Kind.INT8
        ? "__torch__.torch.classes.quantized.LinearPackedParamsBase"
        : "Tensor";
  }

  /** Keys and values: bfloat16 pays on GPUs only (CPU kernels widen it first). */
  int cacheType() {
    return gpu() && kind != Kind.FLOAT32 ? BFLOAT16 : FLOAT32;
  }

  /**
   * {@code linear} leaves its result in bfloat16, which whatever uses it widens: most do so on the
   * way, and a kernel of its own takes a GPU's host longer than the GPU.
   */
  boolean narrowResults() {
    return kind == Kind.BFLOAT16_PLAIN;
  }

  int cacheBytes() {
    return cacheType() == FLOAT32 ? Float.BYTES : Short.BYTES;
  }

  /** Bytes of one weight. */
  int weightBytes() {
    return switch (kind) {
      case FLOAT32 -> Float.BYTES;
      case BFLOAT16_PLAIN, BFLOAT16_PACKED -> Short.BYTES;
      case INT8 -> 1;
    };
  }

  Precision precision() {
    return switch (kind) {
      case FLOAT32 -> Precision.F32;
      case BFLOAT16_PLAIN, BFLOAT16_PACKED -> Precision.BF16;
      case INT8 -> Precision.INT8;
    };
  }

  /**
   * Source of {@code keep_linear}, {@code keep_table} and {@code keep_tied_table}, which keep the
   * staged matrix (the last one behind the first, as the same weights), and of {@code linear}.
   */
  String methods() {
    return switch (kind) {
      case FLOAT32 ->
          keep("torch.to(s.staged[0], {DEVICE}, 6)", FLOAT32) + SHARED_TABLE + FLOAT32_LINEAR;
      case BFLOAT16_PLAIN ->
          keep("torch.to(s.staged[0], {DEVICE}, 15)", BFLOAT16)
              + SHARED_TABLE
              + BFLOAT16_PLAIN_LINEAR;
      case BFLOAT16_PACKED ->
          keep("ops.mkldnn._reorder_linear_weight(torch.to(s.staged[0], 15), 16)", BFLOAT16)
              + TABLE_OF_ITS_OWN
              + BFLOAT16_PACKED_LINEAR;
      case INT8 ->
          keep("ops.quantized.linear_prepack(s.quantize(s.staged[0]))", BFLOAT16)
              + TABLE_OF_ITS_OWN
              + INT8;
    };
  }

  /** The output layer's weights are the table, once in the device's memory. */
  private static final String SHARED_TABLE =
      """
        def keep_tied_table(s: __torch__.Decoder) -> int:
          _0 = torch.append(s.tables, s.linears[0])
          return torch.len(s.tables)
      """;

  /** No row can be looked up in a packed matrix. */
  private static final String TABLE_OF_ITS_OWN =
      """
        def keep_tied_table(s: __torch__.Decoder) -> int:
          return s.keep_table()
      """;

  private static String keep(String linear, int tableType) {
    return """
      def keep_linear(s: __torch__.Decoder) -> int:
        _0 = torch.append(s.linears, %s)
        return torch.len(s.linears)
      def keep_table(s: __torch__.Decoder) -> int:
        _0 = torch.append(s.tables, torch.to(s.staged[0], {DEVICE}, %d))
        return torch.len(s.tables)
    """
        .formatted(linear, tableType);
  }

  private static final String FLOAT32_LINEAR =
      """
        def linear(s: __torch__.Decoder, x: Tensor, i: int) -> Tensor:
          return torch.linear(x, s.linears[i])
      """;

  private static final String BFLOAT16_PLAIN_LINEAR =
      """
        def linear(s: __torch__.Decoder, x: Tensor, i: int) -> Tensor:
          return torch.linear(torch.to(x, 15), s.linears[i])
      """;

  private static final String BFLOAT16_PACKED_LINEAR =
      """
        def linear(s: __torch__.Decoder, x: Tensor, i: int) -> Tensor:
          y = ops.mkldnn._linear_pointwise(torch.to(x, 15), s.linears[i], None, "none", annotate(List[Optional[number]], []), "")
          return torch.to(y, 6)
      """;

  /**
   * Each row is divided by its largest magnitude, so that one scale fits all rows and a row's
   * result does not depend on its neighbours (quantized::linear_dynamic takes one scale for the
   * batch). 0.00787... is 1 / 127; inputs are unsigned around 128.
   */
  private static final String INT8 =
      """
        def quantize(s: __torch__.Decoder, weight: Tensor) -> Tensor:
          scale = torch.clamp_min(torch.div(torch.amax(torch.abs(weight), [1]), 127.), 1e-08)
          zero = torch.zeros([torch.size(weight, 0)], dtype=4)
          return torch.quantize_per_channel(weight, torch.to(scale, 7), zero, 0, 12)
        def linear(s: __torch__.Decoder, x: Tensor, i: int) -> Tensor:
          largest = torch.clamp_min(torch.amax(torch.abs(x), [-1], True), 1e-30)
          y = ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(torch.div(x, largest), 0.007874015748031496, 128, s.linears[i])
          return torch.mul_(y, largest)
      """;
}
