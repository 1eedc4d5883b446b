package dev.weir.train.pixel;

import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.Parameter;
import dev.weir.torch.train.TrainingProgram;
import dev.weir.torch.train.TrainingProgram.Method;
import dev.weir.train.Objective;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A decoder-only transformer over palette indices: the probability of a picture is the product of
 * those of its pixels, row by row, each given the pixels before it and the caption's attributes.
 *
 * <p>A sequence is a token for each attribute, then the pixels. The token at a position predicts
 * the next one. The block is llama's: RMS norm, rotary positions in halves, no biases, SwiGLU. What
 * is added to it is in the embedding: the position that predicts pixel p has, beside the token
 * there (pixel p - 1, or the last attribute), rows of three further tables: for the pixel above p
 * (the one a row before it), for p's row and for its column.
 */
public final class PixelTransformer implements Objective {
  /** Attribute values, [batch, attributes]; the number of an attribute's values is: unsaid. */
  public static final String CONDITION = "condition";

  /** Palette indices, row by row, [batch, pixels]. */
  public static final String PIXELS = "pixels";

  private static final double EMBEDDING_DEVIATION = 0.02;

  private final PixelTransformerConfig config;

  public PixelTransformer(PixelTransformerConfig config) {
    this.config = config;
  }

  /**
   * The network. The loss is the mean over pixels of -ln p, in nats. Methods: {@code
   * log_probabilities} gives ln p of each pixel, [batch, pixels]; {@code logits} [batch, pixels,
   * colours]; {@code reach} how strongly the loss of the pixel {@code target}, an input without
   * dimensions, depends on what each pixel gives to the embedding, [pixels].
   */
  @Override
  public TrainingProgram program() {
    List<String> inputs = List.of(CONDITION, PIXELS);
    Map<String, Method> methods = new LinkedHashMap<>();
    methods.put("log_probabilities", Method.ofIntegers(inputs, LOG_PROBABILITIES));
    methods.put("logits", Method.ofIntegers(inputs, LOGITS));
    methods.put("reach", Method.ofIntegers(List.of(CONDITION, PIXELS, "target"), REACH));
    return new TrainingProgram(
        "pixel",
        parameters(),
        List.of("loss"),
        Method.ofIntegers(inputs, constants(LOSS)),
        methods.entrySet().stream()
            .collect(
                java.util.stream.Collectors.toMap(
                    Map.Entry::getKey,
                    entry ->
                        new Method(entry.getValue().inputs(), constants(entry.getValue().body())))),
        constants(FUNCTIONS + network()));
  }

  @Override
  public Map<String, HostTensor> inputs(Map<String, HostTensor.Integers> batch, long step) {
    return Map.of(
        CONDITION,
        Objects.requireNonNull(batch.get(CONDITION)),
        PIXELS,
        Objects.requireNonNull(batch.get(PIXELS)));
  }

  private List<Parameter> parameters() {
    int width = config.width();
    int attended = config.heads() * config.headSize();
    double inner = 1 / Math.sqrt(width);
    // Outputs of a block begin smaller the more blocks there are (Radford et al. 2019, 2.3).
    double residual = 1 / Math.sqrt(2.0 * config.layers());
    List<Parameter> all = new ArrayList<>();
    all.add(table("condition_table", config.conditionTokens()));
    all.add(table("left_table", config.colours()));
    all.add(table("above_table", config.colours() + 1)); // the last row: there is none above
    all.add(table("row_table", config.side()));
    all.add(table("column_table", config.side()));
    for (int i = 0; i < config.layers(); i++) {
      String layer = "layers." + i + ".";
      all.add(Parameter.constant(layer + "attention_norm", 1, width));
      all.add(Parameter.normal(layer + "qkv", inner, 3 * attended, width));
      all.add(
          Parameter.normal(
              layer + "attention_output", residual / Math.sqrt(attended), width, attended));
      all.add(Parameter.constant(layer + "feed_forward_norm", 1, width));
      all.add(Parameter.normal(layer + "gate_up", inner, 2 * config.intermediate(), width));
      all.add(
          Parameter.normal(
              layer + "down",
              residual / Math.sqrt(config.intermediate()),
              width,
              config.intermediate()));
    }
    all.add(Parameter.constant("final_norm", 1, width));
    all.add(Parameter.normal("output", EMBEDDING_DEVIATION, config.colours(), width));
    return all;
  }

  private Parameter table(String name, int rows) {
    return Parameter.normal(name, EMBEDDING_DEVIATION, rows, config.width());
  }

  private String constants(String text) {
    return text.replace("{FIRST_ROWS}", config.conditionRows().toString())
        .replace("{BEFORE}", Integer.toString(config.prefix() - 1))
        .replace("{SIDE}", Integer.toString(config.side()))
        .replace("{PIXELS}", Integer.toString(config.pixels()))
        .replace("{POSITIONS}", Integer.toString(config.positions()))
        .replace("{COLOURS}", Integer.toString(config.colours()))
        .replace("{WIDTH}", Integer.toString(config.width()))
        .replace("{HEADS}", Integer.toString(config.heads()))
        .replace("{D}", Integer.toString(config.headSize()))
        .replace("{SCALE}", Double.toString(1 / Math.sqrt(config.headSize())))
        .replace("{BASE}", Double.toString(PixelTransformerConfig.ROTARY_BASE))
        .replace("{EPSILON}", Double.toString(PixelTransformerConfig.NORM_EPSILON));
  }

  private String network() {
    StringBuilder text = new StringBuilder(NETWORK);
    for (int i = 0; i < config.layers(); i++) {
      text.append(
          "    x = s.block(x, mask, cosine, sine, "
              + "{L.attention_norm}, {L.qkv}, {L.attention_output}, ".replace("{L", "{layers." + i)
              + "{L.feed_forward_norm}, {L.gate_up}, {L.down})\n".replace("{L", "{layers." + i));
    }
    return text.append(OUTPUT).toString();
  }

  private static final String LOSS =
      """
          left = torch.embedding({left_table}, pixels)
          above = torch.embedding({above_table}, pixels)
          logits = s.network(w, condition, left, above)
          flat = torch.reshape(logits, [-1, {COLOURS}])
          return [torch.cross_entropy_loss(flat, torch.reshape(pixels, [-1]))]
      """;

  private static final String LOGITS =
      """
          left = torch.embedding({left_table}, pixels)
          above = torch.embedding({above_table}, pixels)
          return [s.network(w, condition, left, above)]
      """;

  private static final String LOG_PROBABILITIES =
      """
          left = torch.embedding({left_table}, pixels)
          above = torch.embedding({above_table}, pixels)
          chances = torch.log_softmax(s.network(w, condition, left, above), -1)
          return [torch.squeeze(torch.gather(chances, -1, torch.unsqueeze(pixels, -1)), -1)]
      """;

  /** The gradient's largest element, over the batch, both tables and the width. */
  private static final String REACH =
      """
          torch.set_grad_enabled(True)
          left = torch.requires_grad_(torch.detach(torch.embedding({left_table}, pixels)), True)
          above = torch.requires_grad_(torch.detach(torch.embedding({above_table}, pixels)), True)
          chances = torch.log_softmax(s.network(w, condition, left, above), -1)
          found = torch.squeeze(torch.gather(chances, -1, torch.unsqueeze(pixels, -1)), -1)
          loss = torch.sum(torch.select(found, 1, int(target)))
          gradients = torch.grad([loss], [left, above], None, None, False, True)
          strongest = torch.zeros([{PIXELS}], dtype=6)
          for i in range(torch.len(gradients)):
            gradient = gradients[i]
            if torch.__isnot__(gradient, None):
              size = torch.amax(torch.abs(unchecked_cast(Tensor, gradient)), [0, 2])
              strongest = torch.maximum(strongest, size)
          return [strongest]
      """;

  private static final String FUNCTIONS =
      """
        def norm(s: __torch__.Trainer, x: Tensor, weight: Tensor) -> Tensor:
          mean = torch.mean(torch.mul(x, x), [-1], True)
          return torch.mul(torch.mul(x, torch.rsqrt(torch.add(mean, {EPSILON}))), weight)
        def attend(s: __torch__.Trainer, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
          scores = torch.baddbmm(s.narrow(mask), s.narrow(query), torch.transpose(s.narrow(key), 1, 2), beta=1, alpha={SCALE})
          return torch.to(torch.bmm(s.narrow(torch.softmax(scores, -1, 6)), s.narrow(value)), 6)
        def block(s: __torch__.Trainer, x: Tensor, mask: Tensor, cosine: Tensor, sine: Tensor, attention_norm: Tensor, qkv: Tensor, attention_output: Tensor, feed_forward_norm: Tensor, gate_up: Tensor, down: Tensor) -> Tensor:
          y = s.product(s.norm(x, attention_norm), qkv)
          heads = torch.transpose(torch.view(y, [-1, {POSITIONS}, 3 * {HEADS}, {D}]), 1, 2)
          a, b = torch.chunk(torch.narrow(heads, 1, 0, 2 * {HEADS}), 2, -1)
          turned = torch.cat([torch.sub(torch.mul(a, cosine), torch.mul(b, sine)), torch.add(torch.mul(b, cosine), torch.mul(a, sine))], -1)
          query = torch.reshape(torch.narrow(turned, 1, 0, {HEADS}), [-1, {POSITIONS}, {D}])
          key = torch.reshape(torch.narrow(turned, 1, {HEADS}, {HEADS}), [-1, {POSITIONS}, {D}])
          value = torch.reshape(torch.narrow(heads, 1, 2 * {HEADS}, {HEADS}), [-1, {POSITIONS}, {D}])
          mixed = torch.view(s.attend(query, key, value, mask), [-1, {HEADS}, {POSITIONS}, {D}])
          mixed = torch.reshape(torch.transpose(mixed, 1, 2), [-1, {POSITIONS}, {HEADS} * {D}])
          x = torch.add(x, s.product(mixed, attention_output))
          gate, up = torch.chunk(s.product(s.norm(x, feed_forward_norm), gate_up), 2, -1)
          return torch.add(x, s.product(torch.mul(torch.silu(gate), up), down))
      """;

  /** left and above: what each pixel gives to the embeddings behind it, [batch, pixels, width]. */
  private static final String NETWORK =
      """
        def network(s: __torch__.Trainer, w: List[Tensor], condition: Tensor, left: Tensor, above: Tensor) -> Tensor:
          batch = torch.size(left, 0)
          prefix = torch.embedding({condition_table}, torch.add(condition, torch.tensor({FIRST_ROWS}, dtype=4)))
          tokens = torch.cat([prefix, torch.narrow(left, 1, 0, {PIXELS} - 1)], 1)
          none = torch.expand(torch.narrow({above_table}, 0, {COLOURS}, 1), [batch, {SIDE}, -1])
          shifted = torch.cat([none, torch.narrow(above, 1, 0, {PIXELS} - {SIDE})], 1)
          place = torch.add(torch.unsqueeze({row_table}, 1), torch.unsqueeze({column_table}, 0))
          added = torch.add(shifted, torch.view(place, [1, {PIXELS}, {WIDTH}]))
          predicting = torch.add(torch.narrow(tokens, 1, {BEFORE}, {PIXELS}), added)
          x = torch.cat([torch.narrow(tokens, 1, 0, {BEFORE}), predicting], 1)
          exponent = torch.div(torch.arange(0, {D}, 2, dtype=6), -{D})
          frequency = torch.pow({BASE}, exponent)
          angle = torch.mul(torch.unsqueeze(torch.arange({POSITIONS}, dtype=6), 1), torch.unsqueeze(frequency, 0))
          cosine = torch.cos(angle)
          sine = torch.sin(angle)
          mask = torch.triu(torch.full([{POSITIONS}, {POSITIONS}], -inf, dtype=6), 1)
      """;

  private static final String OUTPUT =
      """
          y = s.norm(torch.narrow(x, 1, {BEFORE}, {PIXELS}), {final_norm})
          return s.product(y, {output})
      """;
}
