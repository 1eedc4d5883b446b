package dev.weir.train.caption;

import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.Parameter;
import dev.weir.torch.train.TrainingProgram;
import dev.weir.torch.train.TrainingProgram.Method;
import dev.weir.train.LlamaBlocks;
import dev.weir.train.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A llama over the tokens of captions. A row has several: a token sees those before it as far as
 * the end of text that its caption begins with. Since positions are relative, a caption has the
 * probability that it has alone.
 */
public final class CaptionTransformer implements Objective {
  /** Token ids, [batch, positions + 1]; every row begins with the end of a text. */
  public static final String TOKENS = "tokens";

  private final CaptionTransformerConfig config;

  public CaptionTransformer(CaptionTransformerConfig config) {
    this.config = config;
  }

  /**
   * The network. The loss is the mean over tokens of -ln p, in nats. Methods: {@code
   * log_probabilities} gives ln p of each token but the first, [batch, positions]; {@code logits}
   * what is behind each token but the last, [batch, positions, vocabulary].
   */
  @Override
  public TrainingProgram program() {
    List<String> inputs = List.of(TOKENS);
    return new TrainingProgram(
        "text",
        parameters(),
        List.of("loss"),
        Method.ofIntegers(inputs, constants(LOSS)),
        Map.of(
            "log_probabilities", Method.ofIntegers(inputs, constants(LOG_PROBABILITIES)),
            "logits", Method.ofIntegers(inputs, constants(LOGITS))),
        config.blocks().functions() + constants(NETWORK + config.blocks().through() + OUTPUT));
  }

  @Override
  public Map<String, HostTensor> inputs(Map<String, HostTensor.Integers> batch, long step) {
    return Map.of(TOKENS, Objects.requireNonNull(batch.get(TOKENS)));
  }

  private List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    LlamaBlocks blocks = config.blocks();
    all.add(blocks.table("embedding", config.vocabulary()));
    blocks.addParameters(all);
    return all;
  }

  private String constants(String text) {
    LlamaBlocks blocks = config.blocks();
    return text.replace("{POSITIONS}", Integer.toString(blocks.positions()))
        .replace("{HEADS}", Integer.toString(blocks.heads()))
        .replace("{VOCABULARY}", Integer.toString(config.vocabulary()))
        .replace("{END}", Integer.toString(BytePairs.END_ID));
  }

  private static final String LOSS =
      """
          flat = torch.reshape(s.network(w, tokens), [-1, {VOCABULARY}])
          targets = torch.reshape(torch.narrow(tokens, 1, 1, {POSITIONS}), [-1])
          return [torch.cross_entropy_loss(flat, targets)]
      """;

  private static final String LOG_PROBABILITIES =
      """
          chances = torch.log_softmax(s.network(w, tokens), -1)
          targets = torch.unsqueeze(torch.narrow(tokens, 1, 1, {POSITIONS}), -1)
          return [torch.squeeze(torch.gather(chances, -1, targets), -1)]
      """;

  private static final String LOGITS =
      """
          return [s.network(w, tokens)]
      """;

  private static final String NETWORK =
      """
        def network(s: __torch__.Trainer, w: List[Tensor], tokens: Tensor) -> Tensor:
          given = torch.narrow(tokens, 1, 0, {POSITIONS})
          x = torch.embedding({embedding}, given)
          caption = torch.cumsum(torch.to(torch.eq(given, {END}), 4), 1)
          other = torch.ne(torch.unsqueeze(caption, 2), torch.unsqueeze(caption, 1))
          later = torch.triu(torch.full([{POSITIONS}, {POSITIONS}], -inf, dtype=6, device={DEVICE}), 1)
          unseen = torch.masked_fill(torch.expand(later, [torch.size(given, 0), -1, -1]), other, -inf)
          each = torch.expand(torch.unsqueeze(unseen, 1), [-1, {HEADS}, -1, -1])
          mask = torch.reshape(each, [-1, {POSITIONS}, {POSITIONS}])
      """;

  private static final String OUTPUT =
      """
          return s.product(x, {embedding})
      """;
}
