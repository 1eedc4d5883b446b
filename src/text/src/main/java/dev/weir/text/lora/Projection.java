package dev.weir.text.lora;

/** The linear layers of a decoder layer, which an adapter can change. */
public enum Projection {
  QUERY("self_attn.q_proj"),
  KEY("self_attn.k_proj"),
  VALUE("self_attn.v_proj"),
  OUTPUT("self_attn.o_proj"),
  GATE("mlp.gate_proj"),
  UP("mlp.up_proj"),
  DOWN("mlp.down_proj");

  private final String path;

  Projection(String path) {
    this.path = path;
  }

  /** What transformers calls the layer: {@code model.layers.3.self_attn.q_proj}. */
  public String module(int layer) {
    return "model.layers." + layer + "." + path;
  }

  /** Its own name, as {@code target_modules} has it: {@code q_proj}. */
  String leaf() {
    return path.substring(path.indexOf('.') + 1);
  }
}
