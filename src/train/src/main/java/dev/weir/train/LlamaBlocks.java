package dev.weir.train;

import dev.weir.torch.train.Parameter;
import java.util.List;

/**
 * The blocks of a llama (Touvron et al. 2023) in a program that learns: RMS norm, rotary positions
 * in halves, no biases, SwiGLU.
 *
 * @param width of the residual stream
 * @param intermediate width inside the feed-forward layer
 * @param layers blocks
 * @param heads of attention, each of {@code headSize}
 * @param positions of a sequence
 */
public record LlamaBlocks(
    int width, int intermediate, int layers, int heads, int headSize, int positions) {
  public static final double NORM_EPSILON = 1e-5;
  public static final double ROTARY_BASE = 10_000;

  /** Of embeddings, and of the rows of an output layer. */
  private static final double EMBEDDING_DEVIATION = 0.02;

  /** Elements of all heads of a position. */
  int attended() {
    return heads * headSize;
  }

  /** A table of embeddings, [rows, width]; also the output layer. */
  public Parameter table(String name, int rows) {
    return Parameter.normal(name, EMBEDDING_DEVIATION, rows, width);
  }

  /** Adds the blocks' parameters, and {@code final_norm}. */
  public void addParameters(List<Parameter> all) {
    double inner = 1 / Math.sqrt(width);
    // Outputs of a block begin smaller the more blocks there are (Radford et al. 2019, 2.3).
    double residual = 1 / Math.sqrt(2.0 * layers);
    for (int i = 0; i < layers; i++) {
      String layer = prefix(i);
      all.add(Parameter.constant(layer + "attention_norm", 1, width));
      all.add(Parameter.normal(layer + "qkv", inner, 3 * attended(), width));
      all.add(
          Parameter.normal(
              layer + "attention_output", residual / Math.sqrt(attended()), width, attended()));
      all.add(Parameter.constant(layer + "feed_forward_norm", 1, width));
      all.add(Parameter.normal(layer + "gate_up", inner, 2 * intermediate, width));
      all.add(
          Parameter.normal(
              layer + "down", residual / Math.sqrt(intermediate), width, intermediate));
    }
    all.add(Parameter.constant("final_norm", 1, width));
  }

  static String prefix(int layer) {
    return "layers." + layer + ".";
  }

  /**
   * Functions of a program, which keep what flows between blocks in float32 and what is multiplied
   * again within one in the module's arithmetic: {@code s.norm(x, weight)}, and {@code s.block(x,
   * mask, cosine, sine, ..)} with x [batch, positions, width], and a mask that is added to scores
   * [batch * heads, positions, positions].
   */
  public String functions() {
    return constants(FUNCTIONS);
  }

  /**
   * Lines of a function that set {@code cosine} and {@code sine}, lead {@code x} through all blocks
   * under {@code mask}, and through the last norm.
   */
  public String through() {
    StringBuilder text = new StringBuilder(ROTATION);
    for (int i = 0; i < layers; i++) {
      text.append(BLOCK.replace("{L", "{layers." + i));
    }
    return constants(text.append(LAST_NORM).toString());
  }

  private String constants(String text) {
    return text.replace("{POSITIONS}", Integer.toString(positions))
        .replace("{HEADS}", Integer.toString(heads))
        .replace("{D}", Integer.toString(headSize))
        .replace("{SCALE}", Double.toString(1 / Math.sqrt(headSize)))
        .replace("{BASE}", Double.toString(ROTARY_BASE))
        .replace("{EPSILON}", Double.toString(NORM_EPSILON));
  }

  private static final String FUNCTIONS =
      """
        def norm(s: __torch__.Trainer, x: Tensor, weight: Tensor) -> Tensor:
          mean = torch.mean(torch.mul(x, x), [-1], True)
          return torch.mul(torch.mul(x, torch.rsqrt(torch.add(mean, {EPSILON}))), weight)
        def attend(s: __torch__.Trainer, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
          scores = torch.baddbmm(s.narrow(mask), s.narrow(query), torch.transpose(s.narrow(key), 1, 2), beta=1, alpha={SCALE})
          return torch.bmm(torch.softmax(scores, -1), s.narrow(value))
        def block(s: __torch__.Trainer, x: Tensor, mask: Tensor, cosine: Tensor, sine: Tensor, attention_norm: Tensor, qkv: Tensor, attention_output: Tensor, feed_forward_norm: Tensor, gate_up: Tensor, down: Tensor) -> Tensor:
          y = s.narrow_product(s.norm(x, attention_norm), qkv)
          heads = torch.transpose(torch.view(y, [-1, {POSITIONS}, 3 * {HEADS}, {D}]), 1, 2)
          a, b = torch.chunk(torch.narrow(heads, 1, 0, 2 * {HEADS}), 2, -1)
          turned = torch.cat([torch.sub(torch.mul(a, cosine), torch.mul(b, sine)), torch.add(torch.mul(b, cosine), torch.mul(a, sine))], -1)
          query = torch.reshape(torch.narrow(turned, 1, 0, {HEADS}), [-1, {POSITIONS}, {D}])
          key = torch.reshape(torch.narrow(turned, 1, {HEADS}, {HEADS}), [-1, {POSITIONS}, {D}])
          value = torch.reshape(torch.narrow(heads, 1, 2 * {HEADS}, {HEADS}), [-1, {POSITIONS}, {D}])
          mixed = torch.view(s.attend(query, key, value, mask), [-1, {HEADS}, {POSITIONS}, {D}])
          mixed = torch.reshape(torch.transpose(mixed, 1, 2), [-1, {POSITIONS}, {HEADS} * {D}])
          x = torch.add(x, s.narrow_product(mixed, attention_output))
          gate, up = torch.chunk(s.narrow_product(s.norm(x, feed_forward_norm), gate_up), 2, -1)
          return torch.add(x, s.narrow_product(torch.mul(torch.silu(gate), up), down))
      """;

  private static final String ROTATION =
      """
          exponent = torch.div(torch.arange(0, {D}, 2, dtype=6, device={DEVICE}), -{D})
          frequency = torch.pow({BASE}, exponent)
          angle = torch.mul(torch.unsqueeze(torch.arange({POSITIONS}, dtype=6, device={DEVICE}), 1), torch.unsqueeze(frequency, 0))
          cosine = torch.cos(angle)
          sine = torch.sin(angle)
      """;

  private static final String BLOCK =
      """
          x = s.block(x, mask, cosine, sine, {L.attention_norm}, {L.qkv}, {L.attention_output}, {L.feed_forward_norm}, {L.gate_up}, {L.down})
      """;

  private static final String LAST_NORM =
      """
          x = s.norm(x, {final_norm})
      """;
}
