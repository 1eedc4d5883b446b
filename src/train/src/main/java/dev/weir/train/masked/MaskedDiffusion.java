package dev.weir.train.masked;

import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.Parameter;
import dev.weir.torch.train.TrainingProgram;
import dev.weir.torch.train.TrainingProgram.Kind;
import dev.weir.torch.train.TrainingProgram.Method;
import dev.weir.train.LlamaBlocks;
import dev.weir.train.Noise;
import dev.weir.train.Objective;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Absorbing diffusion over palette indices (Austin et al. 2021, "D3PM"; Sahoo et al. 2024, "MDLM";
 * Shi et al. 2024, "MD4"): pixels become unknown one after the other in a random order, and a
 * transformer that sees all others tells what an unknown one was.
 *
 * <p>The loss is the bound of -ln p(picture) that follows, in nats a pixel: the number of unknown
 * pixels is uniform from 1 to all, which ones is uniform too, and the mean of their -ln p is taken.
 * That is the continuous-time bound of the papers with its time integrated out, and the expectation
 * over orders of an order-agnostic model's likelihood (Hoogeboom et al. 2022, "Autoregressive
 * diffusion models", eq. 5). In a batch the numbers are spread evenly, which makes its loss vary
 * less.
 *
 * <p>A sequence is a token for each attribute, then the pixels; the block is llama's, without a
 * mask of attention. A pixel's embedding is the sum of rows for its colour (or: unknown), its row
 * and its column.
 */
public final class MaskedDiffusion implements Objective {
  /** Attribute values, [batch, attributes]; the number of an attribute's values is: unsaid. */
  public static final String CONDITION = "condition";

  /** Palette indices, row by row, [batch, pixels]. */
  public static final String PIXELS = "pixels";

  /** 1 where a pixel is unknown, else 0, [batch, pixels]; at least one of a picture is. */
  public static final String UNKNOWN = "unknown";

  static final String CHANCES = "chances";
  static final String TEMPERATURES = "temperatures";

  private final MaskedDiffusionConfig config;
  private final long seed;

  /** The seed is that of what becomes unknown. */
  public MaskedDiffusion(MaskedDiffusionConfig config, long seed) {
    this.config = config;
    this.seed = seed;
  }

  /**
   * The network. Methods: {@code log_probabilities} gives ln p of each pixel, known ones too,
   * [batch, pixels]; {@code logits} [batch, pixels, colours]; {@code choices} a colour for each
   * pixel, drawn by {@code chances} [batch, pixels] at {@code temperatures} [batch], and how
   * uncertain the network is of it, its entropy at temperature 1 in nats: [batch, pixels] each.
   */
  @Override
  public TrainingProgram program() {
    List<String> inputs = List.of(CONDITION, PIXELS, UNKNOWN);
    Map<String, Kind> choices = new LinkedHashMap<>();
    inputs.forEach(input -> choices.put(input, Kind.INTEGERS));
    choices.put(CHANCES, Kind.FLOATS);
    choices.put(TEMPERATURES, Kind.FLOATS);
    return new TrainingProgram(
        "diffusion",
        parameters(),
        List.of("loss"),
        Method.ofIntegers(inputs, constants(LOSS)),
        Map.of(
            "log_probabilities", Method.ofIntegers(inputs, constants(LOG_PROBABILITIES)),
            "choices", new Method(choices, constants(CHOICES)),
            "logits", Method.ofIntegers(inputs, constants(LOGITS))),
        config.blocks().functions() + constants(NETWORK + config.blocks().through() + OUTPUT));
  }

  @Override
  public Map<String, HostTensor> inputs(Map<String, HostTensor.Integers> batch, long step) {
    HostTensor.Integers pixels = Objects.requireNonNull(batch.get(PIXELS));
    return Map.of(
        CONDITION,
        Objects.requireNonNull(batch.get(CONDITION)),
        PIXELS,
        pixels,
        UNKNOWN,
        unknown(pixels.shape().getFirst(), step));
  }

  /** Which pixels of each picture of a step are unknown. */
  HostTensor.Integers unknown(int pictures, long step) {
    SplittableRandom random = Noise.random(seed, step);
    double offset = random.nextDouble();
    List<boolean[]> sets = new ArrayList<>();
    for (int p = 0; p < pictures; p++) {
      int size = UnknownPixels.size(p, pictures, offset, config.pixels());
      sets.add(UnknownPixels.draw(random, size, config.pixels()));
    }
    return tensor(sets);
  }

  /** Sets of unknown pixels as the network takes them: [pictures, pixels]. */
  static HostTensor.Integers tensor(List<boolean[]> unknown) {
    int pixels = unknown.getFirst().length;
    int[] flags = new int[unknown.size() * pixels];
    Arrays.setAll(flags, i -> unknown.get(i / pixels)[i % pixels] ? 1 : 0);
    return new HostTensor.Integers(List.of(unknown.size(), pixels), flags);
  }

  private List<Parameter> parameters() {
    LlamaBlocks blocks = config.blocks();
    List<Parameter> all = new ArrayList<>();
    all.add(blocks.table("condition_table", config.conditions().rows()));
    all.add(blocks.table("colour_table", config.colours() + 1)); // the last row: unknown
    all.add(blocks.table("row_table", config.rows()));
    all.add(blocks.table("column_table", config.columns()));
    blocks.addParameters(all);
    all.add(blocks.table("output", config.colours()));
    return all;
  }

  private String constants(String text) {
    return text.replace("{FIRST_ROWS}", config.conditions().firstRows().toString())
        .replace("{PREFIX}", Integer.toString(config.prefix()))
        .replace("{PIXELS}", Integer.toString(config.pixels()))
        .replace("{POSITIONS}", Integer.toString(config.positions()))
        .replace("{COLOURS}", Integer.toString(config.colours()))
        .replace("{WIDTH}", Integer.toString(config.width()));
  }

  private static final String LOSS =
      """
          logits = torch.reshape(s.network(w, condition, pixels, unknown), [-1, {COLOURS}])
          losses = torch.cross_entropy_loss(logits, torch.reshape(pixels, [-1]), None, 0)
          counted = torch.mul(torch.reshape(losses, [-1, {PIXELS}]), unknown)
          return [torch.mean(torch.div(torch.sum(counted, [1]), torch.sum(unknown, [1])))]
      """;

  private static final String LOGITS =
      """
          return [s.network(w, condition, pixels, unknown)]
      """;

  private static final String LOG_PROBABILITIES =
      """
          chances = torch.log_softmax(s.network(w, condition, pixels, unknown), -1)
          return [torch.squeeze(torch.gather(chances, -1, torch.unsqueeze(pixels, -1)), -1)]
      """;

  /** The colour at which the sum of probabilities first exceeds the number that was drawn. */
  private static final String CHOICES =
      """
          logits = s.network(w, condition, pixels, unknown)
          known = torch.log_softmax(logits, -1)
          entropies = torch.neg(torch.sum(torch.mul(torch.exp(known), known), [-1]))
          tempered = torch.div(logits, torch.view(temperatures, [-1, 1, 1]))
          sums = torch.cumsum(torch.softmax(tempered, -1), -1)
          reached = torch.mul(torch.narrow(sums, -1, {COLOURS} - 1, 1), torch.unsqueeze(chances, -1))
          chosen = torch.sum(torch.le(sums, reached), [-1])
          return [torch.to(torch.clamp(chosen, 0, {COLOURS} - 1), 6), entropies]
      """;

  private static final String NETWORK =
      """
        def network(s: __torch__.Trainer, w: List[Tensor], condition: Tensor, pixels: Tensor, unknown: Tensor) -> Tensor:
          prefix = torch.embedding({condition_table}, torch.add(condition, torch.tensor({FIRST_ROWS}, dtype=4, device={DEVICE})))
          colours = torch.embedding({colour_table}, torch.masked_fill(pixels, torch.gt(unknown, 0), {COLOURS}))
          place = torch.add(torch.unsqueeze({row_table}, 1), torch.unsqueeze({column_table}, 0))
          x = torch.cat([prefix, torch.add(colours, torch.view(place, [1, {PIXELS}, {WIDTH}]))], 1)
          mask = torch.zeros([{POSITIONS}, {POSITIONS}], dtype=6, device={DEVICE})
      """;

  private static final String OUTPUT =
      """
          return s.product(torch.narrow(x, 1, {PREFIX}, {PIXELS}), {output})
      """;
}
