package dev.weir.train.pixel;

import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.Parameter;
import dev.weir.torch.train.TrainingProgram;
import dev.weir.torch.train.TrainingProgram.Method;
import dev.weir.train.LlamaBlocks;
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
        config.blocks().functions() + constants(NETWORK + config.blocks().through() + OUTPUT));
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
    LlamaBlocks blocks = config.blocks();
    List<Parameter> all = new ArrayList<>();
    all.add(blocks.table("condition_table", config.conditionTokens()));
    all.add(blocks.table("left_table", config.colours()));
    // the last row: there is none above
    all.add(blocks.table("above_table", config.colours() + 1));
    all.add(blocks.table("row_table", config.side()));
    all.add(blocks.table("column_table", config.side()));
    blocks.addParameters(all);
    all.add(blocks.table("output", config.colours()));
    return all;
  }

  private String constants(String text) {
    return text.replace("{FIRST_ROWS}", config.conditionRows().toString())
        .replace("{BEFORE}", Integer.toString(config.prefix() - 1))
        .replace("{SIDE}", Integer.toString(config.side()))
        .replace("{PIXELS}", Integer.toString(config.pixels()))
        .replace("{POSITIONS}", Integer.toString(config.positions()))
        .replace("{COLOURS}", Integer.toString(config.colours()))
        .replace("{WIDTH}", Integer.toString(config.width()));
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
          strongest = torch.zeros([{PIXELS}], dtype=6, device={DEVICE})
          for i in range(torch.len(gradients)):
            gradient = gradients[i]
            if torch.__isnot__(gradient, None):
              size = torch.amax(torch.abs(unchecked_cast(Tensor, gradient)), [0, 2])
              strongest = torch.maximum(strongest, size)
          return [strongest]
      """;

  /** left and above: what each pixel gives to the embeddings behind it, [batch, pixels, width]. */
  private static final String NETWORK =
      """
        def network(s: __torch__.Trainer, w: List[Tensor], condition: Tensor, left: Tensor, above: Tensor) -> Tensor:
          batch = torch.size(left, 0)
          prefix = torch.embedding({condition_table}, torch.add(condition, torch.tensor({FIRST_ROWS}, dtype=4, device={DEVICE})))
          tokens = torch.cat([prefix, torch.narrow(left, 1, 0, {PIXELS} - 1)], 1)
          none = torch.expand(torch.narrow({above_table}, 0, {COLOURS}, 1), [batch, {SIDE}, -1])
          shifted = torch.cat([none, torch.narrow(above, 1, 0, {PIXELS} - {SIDE})], 1)
          place = torch.add(torch.unsqueeze({row_table}, 1), torch.unsqueeze({column_table}, 0))
          added = torch.add(shifted, torch.view(place, [1, {PIXELS}, {WIDTH}]))
          predicting = torch.add(torch.narrow(tokens, 1, {BEFORE}, {PIXELS}), added)
          x = torch.cat([torch.narrow(tokens, 1, 0, {BEFORE}), predicting], 1)
          mask = torch.triu(torch.full([{POSITIONS}, {POSITIONS}], -inf, dtype=6, device={DEVICE}), 1)
      """;

  private static final String OUTPUT =
      """
          return s.product(torch.narrow(x, 1, {BEFORE}, {PIXELS}), {output})
      """;
}
