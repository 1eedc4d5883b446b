package dev.weir.train.judge;

import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.Parameter;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.torch.train.TrainingProgram;
import dev.weir.torch.train.TrainingProgram.Method;
import dev.weir.train.Layers;
import dev.weir.train.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A convolutional network that reads the value of each attribute off a picture, with one softmax
 * for each. It judges what other networks draw, so it takes no part in their losses, nor in any
 * choice among what they draw.
 */
public final class Judge implements Objective {
  /** Values of all attributes, whether a caption says them or not: [batch, attributes]. */
  public static final String ATTRIBUTES = "attributes";

  /** Palette indices, row by row, [batch, pixels]. */
  public static final String PIXELS = "pixels";

  private final JudgeConfig config;

  public Judge(JudgeConfig config) {
    this.config = config;
  }

  /**
   * The network. Parts: {@code loss}, the mean over attributes of -ln p of the true value, in nats;
   * {@code accuracy}, the share of attributes whose most probable value is the true one. Method:
   * {@code recognise} gives the most probable value of each attribute, [batch, attributes].
   */
  @Override
  public TrainingProgram program() {
    return new TrainingProgram(
        "judge",
        parameters(),
        List.of("loss", "accuracy"),
        Method.ofIntegers(List.of(PIXELS, ATTRIBUTES), constants(LOSS)),
        Map.of("recognise", Method.ofIntegers(List.of(PIXELS), constants(RECOGNISE))),
        Layers.CONVOLVED + constants(NETWORK));
  }

  @Override
  public Map<String, HostTensor> inputs(Map<String, HostTensor.Integers> batch, long step) {
    return Map.of(
        PIXELS,
        Objects.requireNonNull(batch.get(PIXELS)),
        ATTRIBUTES,
        Objects.requireNonNull(batch.get(ATTRIBUTES)));
  }

  /**
   * Reads pictures.
   *
   * @param module of {@link #program}, trained
   * @param pixels palette indices, [batch, pixels]
   * @return the most probable value of each attribute, [batch][attributes]
   */
  public int[][] recognise(TrainableModule module, HostTensor.Integers pixels) {
    float[] values =
        module.call("recognise", Map.of(PIXELS, pixels), Weights.AVERAGED).getFirst().values();
    int attributes = config.attributeValues().size();
    int[][] found = new int[values.length / attributes][attributes];
    for (int i = 0; i < values.length; i++) {
      found[i / attributes][i % attributes] = (int) values[i];
    }
    return found;
  }

  private List<Parameter> parameters() {
    List<Integer> channels = config.channels();
    List<Parameter> all = new ArrayList<>();
    all.add(Parameter.normal("colour_table", 0.5, config.colours(), config.embedding()));
    Layers.convolution(all, "full", config.embedding(), channels.get(0), 3);
    Layers.convolution(all, "half", channels.get(0), channels.get(1), 3);
    Layers.convolution(all, "small", channels.get(1), channels.get(2), 3);
    Layers.linear(all, "hidden", config.smallSize(), config.hidden(), 1);
    Layers.linear(all, "heads", config.hidden(), config.values(), 0.1);
    return all;
  }

  private String constants(String text) {
    return text.replace("{SIDE}", Integer.toString(config.side()))
        .replace("{HEADS}", config.attributeValues().toString())
        .replace("{ATTRIBUTES}", Integer.toString(config.attributeValues().size()));
  }

  private static final String LOSS =
      """
          heads = torch.split_with_sizes(s.scores(w, pixels), {HEADS}, 1)
          loss = torch.zeros([], dtype=6, device={DEVICE})
          right = torch.zeros([], dtype=6, device={DEVICE})
          for i in range({ATTRIBUTES}):
            target = torch.select(attributes, 1, i)
            loss = torch.add(loss, torch.cross_entropy_loss(heads[i], target))
            hits = torch.eq(torch.argmax(heads[i], 1), target)
            right = torch.add(right, torch.mean(torch.to(hits, 6)))
          return [torch.div(loss, {ATTRIBUTES}), torch.div(right, {ATTRIBUTES})]
      """;

  private static final String RECOGNISE =
      """
          heads = torch.split_with_sizes(s.scores(w, pixels), {HEADS}, 1)
          found = annotate(List[Tensor], [])
          for i in range({ATTRIBUTES}):
            _0 = torch.append(found, torch.argmax(heads[i], 1))
          return [torch.to(torch.stack(found, 1), 6)]
      """;

  private static final String NETWORK =
      """
        def scores(s: __torch__.Trainer, w: List[Tensor], pixels: Tensor) -> Tensor:
          colours = torch.transpose(torch.embedding({colour_table}, pixels), 1, 2)
          x = torch.reshape(colours, [torch.size(pixels, 0), -1, {SIDE}, {SIDE}])
          x = torch.silu(s.convolved(x, {full.weight}, {full.bias}, 1, 1))
          x = torch.silu(s.convolved(x, {half.weight}, {half.bias}, 2, 1))
          x = torch.silu(s.convolved(x, {small.weight}, {small.bias}, 2, 1))
          y = torch.silu(torch.add(s.product(torch.flatten(x, 1), {hidden.weight}), {hidden.bias}))
          return torch.add(s.product(y, {heads.weight}), {heads.bias})
      """;
}
