package dev.weir.text.gguf;

import dev.weir.text.TensorType;
import java.util.Arrays;
import java.util.Map;

/** ggml's ids of tensor types (ggml.h, {@code enum ggml_type}). */
final class GgufTensorTypes {
  private static final Map<Integer, TensorType> SUPPORTED =
      Map.ofEntries(
          Map.entry(0, TensorType.F32),
          Map.entry(1, TensorType.F16),
          Map.entry(2, TensorType.Q4_0),
          Map.entry(3, TensorType.Q4_1),
          Map.entry(6, TensorType.Q5_0),
          Map.entry(7, TensorType.Q5_1),
          Map.entry(8, TensorType.Q8_0),
          Map.entry(12, TensorType.Q4_K),
          Map.entry(13, TensorType.Q5_K),
          Map.entry(14, TensorType.Q6_K),
          Map.entry(30, TensorType.BF16));

  /** Only for errors. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"));

  private GgufTensorTypes() {}

  static TensorType type(int id, String tensor, GgufCursor cursor) {
    TensorType type = SUPPORTED.get(id);
    if (type == null) {
      throw cursor.bad(
          "tensor %s is of type %s, which is not supported; supported are %s"
              .formatted(
                  tensor,
                  OTHERS.getOrDefault(id, "number " + Integer.toUnsignedString(id)),
                  Arrays.toString(TensorType.values())));
    }
    return type;
  }
}
