package dev.weir.text.gguf;

import dev.weir.text.ModelConfig.Family;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** ggml's tensor names (gguf/constants.py, {@code TENSOR_NAMES}) in those of transformers. */
final class GgufNames {
  private static final Pattern IN_BLOCK =
      Pattern.compile("blk\\.(\\d{1,6})\\.(\\w+)\\.(weight|bias)");
  private static final Pattern OUTSIDE = Pattern.compile("(\\w+)\\.(weight|bias)");

  private static final Map<String, String> LLAMA_BLOCK =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private static final Map<String, String> LLAMA_OUTSIDE =
      Map.of("token_embd", "model.embed_tokens", "output_norm", "model.norm", "output", "lm_head");

  private static final Map<String, String> GPT2_BLOCK =
      Map.of(
          "attn_norm", "ln_1",
          "attn_qkv", "attn.c_attn",
          "attn_output", "attn.c_proj",
          "ffn_norm", "ln_2",
          "ffn_up", "mlp.c_fc",
          "ffn_down", "mlp.c_proj");

  private static final Map<String, String> GPT2_OUTSIDE =
      Map.of(
          "token_embd", "transformer.wte",
          "position_embd", "transformer.wpe",
          "output_norm", "transformer.ln_f",
          "output", "lm_head");

  private GgufNames() {}

  /** The name in transformers; null for a tensor that is no weight of the family. */
  static @Nullable String name(String ggml, Family family) {
    boolean gpt2 = family == Family.GPT2;
    Matcher block = IN_BLOCK.matcher(ggml);
    if (block.matches()) {
      String part = (gpt2 ? GPT2_BLOCK : LLAMA_BLOCK).get(block.group(2));
      String layers = gpt2 ? "transformer.h." : "model.layers.";
      // "007" is not the name of layer 7
      return part == null || !block.group(1).equals("" + Integer.parseInt(block.group(1)))
          ? null
          : layers + block.group(1) + "." + part + "." + block.group(3);
    }
    Matcher outside = OUTSIDE.matcher(ggml);
    if (outside.matches()) {
      String part = (gpt2 ? GPT2_OUTSIDE : LLAMA_OUTSIDE).get(outside.group(1));
      return part == null ? null : part + "." + outside.group(2);
    }
    return null;
  }

  /**
   * Whether GGUF holds the transpose: gpt2's {@code Conv1D} weights are [in, out] in transformers,
   * [out, in] here.
   */
  static boolean transposed(String name) {
    return name.startsWith("transformer.h.")
        && name.endsWith(".weight")
        && (name.contains(".c_attn.") || name.contains(".c_proj.") || name.contains(".c_fc."));
  }
}
