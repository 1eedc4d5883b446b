package dev.weir.train.vae;

import static dev.weir.torch.train.Parameter.normal;

import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.Parameter;
import dev.weir.torch.train.TrainingProgram;
import dev.weir.torch.train.TrainingProgram.Kind;
import dev.weir.torch.train.TrainingProgram.Method;
import dev.weir.train.Layers;
import dev.weir.train.Noise;
import dev.weir.train.Objective;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A conditional variational autoencoder of pictures (Kingma and Welling 2014; Sohn et al. 2015): a
 * latent vector z has a normal distribution that the caption gives (the prior) or that caption and
 * picture give (the posterior); caption and z give each pixel a categorical distribution over the
 * palette.
 *
 * <p>The loss is the negative evidence lower bound in nats a pixel, with one sample of z by the
 * reparameterisation trick and the divergence in closed form, whose weight rises from 0 to 1 over
 * the first steps (Bowman et al. 2016).
 */
public final class Vae implements Objective {
  /** Attribute values, [batch, attributes]; the number of an attribute's values is: unsaid. */
  public static final String CONDITION = "condition";

  /** Palette indices, row by row, [batch, pixels]. */
  public static final String PIXELS = "pixels";

  /**
   * What a latent vector is put together from: base + share * the prior's mean + spread * the
   * prior's deviation * noise. One tensor of base, noise, share and spread, [batch, 2 * latent +
   * 2], since each further one costs a call microseconds.
   */
  static final String CHOSEN = "chosen";

  private static final String NOISE = "noise";
  private static final String WEIGHT = "weight";

  private final VaeConfig config;
  private final long seed;

  /** The seed is that of the noise. */
  public Vae(VaeConfig config, long seed) {
    this.config = config;
    this.seed = seed;
  }

  /**
   * The network. Parts: {@code loss}; {@code reconstruction}, mean -ln p(x | z) of a picture, and
   * {@code divergence}, mean KL of a picture, both in nats. Methods: {@code posterior} and {@code
   * prior} give mean and logarithm of the variance, [batch, latent] each; {@code decode} the logits
   * of {@code z}, [batch, pixels, colours]; {@code colours} the most probable of them, [batch,
   * pixels]; {@code drawn} those of a latent vector that {@link #CHOSEN} puts together; {@code
   * log_weights} ln p(x, z) - ln q(z | x) of a sample by {@code noise}, [batch], which {@link
   * Gaussians#importanceBound} takes.
   */
  @Override
  public TrainingProgram program() {
    Map<String, Kind> loss = inputs(CONDITION, PIXELS);
    loss.put(NOISE, Kind.FLOATS);
    loss.put(WEIGHT, Kind.FLOATS);
    Map<String, Kind> weights = inputs(CONDITION, PIXELS);
    weights.put(NOISE, Kind.FLOATS);
    Map<String, Kind> decode = inputs(CONDITION);
    decode.put("z", Kind.FLOATS);
    Map<String, Kind> drawn = inputs(CONDITION);
    drawn.put(CHOSEN, Kind.FLOATS);
    return new TrainingProgram(
        "vae",
        parameters(),
        List.of("loss", "reconstruction", "divergence"),
        new Method(loss, constants(LOSS)),
        Map.of(
            "posterior", new Method(inputs(CONDITION, PIXELS), constants(POSTERIOR)),
            "prior", new Method(inputs(CONDITION), constants(PRIOR)),
            "decode", new Method(decode, constants(DECODE)),
            "colours", new Method(decode, constants(MOST_PROBABLE)),
            "drawn", new Method(drawn, constants(DRAWN)),
            "log_weights", new Method(weights, constants(LOG_WEIGHTS))),
        Gaussians.FUNCTIONS + Layers.CONVOLVED + constants(NETWORK));
  }

  private static Map<String, Kind> inputs(String... integers) {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    for (String name : integers) {
      kinds.put(name, Kind.INTEGERS);
    }
    return kinds;
  }

  @Override
  public Map<String, HostTensor> inputs(Map<String, HostTensor.Integers> batch, long step) {
    HostTensor.Integers pixels = Objects.requireNonNull(batch.get(PIXELS));
    int pictures = pixels.shape().getFirst();
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    inputs.put(CONDITION, Objects.requireNonNull(batch.get(CONDITION)));
    inputs.put(PIXELS, pixels);
    inputs.put(NOISE, noise(pictures, step));
    inputs.put(WEIGHT, HostTensor.Floats.scalar(divergenceWeight(step)));
    return inputs;
  }

  /** Noise for the latent vectors of some pictures. */
  HostTensor.Floats noise(int pictures, long step) {
    return new HostTensor.Floats(
        List.of(pictures, config.latent()), Noise.normal(seed, step, pictures * config.latent()));
  }

  /** What the divergence counts in a step. */
  double divergenceWeight(long step) {
    return Math.min(1, (step + 1.0) / Math.max(1, config.divergenceSteps()));
  }

  private List<Parameter> parameters() {
    int hidden = config.hidden();
    int full = config.channels().get(0);
    int half = config.channels().get(1);
    int small = config.channels().get(2);
    List<Parameter> all = new ArrayList<>();
    all.add(normal("condition_table", 0.1, config.conditionValues(), hidden));
    all.add(normal("colour_table", 0.5, config.colours(), config.embedding()));
    Layers.convolution(all, "encoder.full", config.embedding(), full, 3);
    Layers.convolution(all, "encoder.half", full, half, 3);
    Layers.convolution(all, "encoder.small", half, small, 3);
    Layers.linear(all, "encoder.hidden", config.smallSize(), hidden, 1);
    Layers.linear(all, "encoder.output", hidden, 2 * config.latent(), 0.1);
    Layers.linear(all, "prior.hidden", hidden, hidden, 1);
    Layers.linear(all, "prior.output", hidden, 2 * config.latent(), 0.1);
    Layers.linear(all, "decoder.latent", config.latent(), hidden, 1);
    Layers.linear(all, "decoder.hidden", hidden, config.smallSize(), 1);
    Layers.convolution(all, "decoder.small", small, small, 3);
    Layers.convolution(all, "decoder.half", small, half, 3);
    Layers.convolution(all, "decoder.full", half, half, 3);
    Layers.convolution(all, "decoder.colours", half, config.colours(), 1);
    return all;
  }

  private String constants(String text) {
    return text.replace("{FIRST_ROWS}", config.conditionRows().toString())
        .replace("{SIDE}", Integer.toString(config.side()))
        .replace("{SMALL}", Integer.toString(config.smallSide()))
        .replace("{SMALL_CHANNELS}", Integer.toString(config.channels().getLast()))
        .replace("{PIXELS}", Integer.toString(config.pixels()))
        .replace("{LATENT}", Integer.toString(config.latent()))
        .replace("{COLOURS}", Integer.toString(config.colours()));
  }

  private static final String LOSS =
      """
          said = s.said(w, condition)
          mean, variance = torch.chunk(s.encoded(w, said, pixels), 2, -1)
          prior_mean, prior_variance = torch.chunk(s.expected(w, said), 2, -1)
          z = s.drawn(mean, variance, noise)
          reconstruction = torch.neg(torch.mean(s.likelihood(w, said, pixels, z)))
          divergence = torch.mean(s.divergence(mean, variance, prior_mean, prior_variance))
          loss = torch.div(torch.add(reconstruction, torch.mul(divergence, weight)), {PIXELS})
          return [loss, reconstruction, divergence]
      """;

  private static final String POSTERIOR =
      """
          mean, variance = torch.chunk(s.encoded(w, s.said(w, condition), pixels), 2, -1)
          return [mean, variance]
      """;

  private static final String PRIOR =
      """
          mean, variance = torch.chunk(s.expected(w, s.said(w, condition)), 2, -1)
          return [mean, variance]
      """;

  private static final String DECODE =
      """
          return [s.decoded(w, s.said(w, condition), z)]
      """;

  private static final String MOST_PROBABLE =
      """
          logits = s.decoded(w, s.said(w, condition), z)
          return [torch.to(torch.argmax(logits, -1), 6)]
      """;

  private static final String DRAWN =
      """
          base, noise, share, spread = torch.split_with_sizes(chosen, [{LATENT}, {LATENT}, 1, 1], 1)
          said = s.said(w, condition)
          mean, variance = torch.chunk(s.expected(w, said), 2, -1)
          apart = torch.mul(torch.mul(torch.exp(torch.div(variance, 2)), noise), spread)
          around = torch.add(torch.mul(mean, share), apart)
          logits = s.decoded(w, said, torch.add(base, around))
          return [torch.to(torch.argmax(logits, -1), 6)]
      """;

  private static final String LOG_WEIGHTS =
      """
          said = s.said(w, condition)
          mean, variance = torch.chunk(s.encoded(w, said, pixels), 2, -1)
          prior_mean, prior_variance = torch.chunk(s.expected(w, said), 2, -1)
          z = s.drawn(mean, variance, noise)
          joint = torch.add(s.likelihood(w, said, pixels, z), s.density(z, prior_mean, prior_variance))
          return [torch.sub(joint, s.density(z, mean, variance))]
      """;

  /**
   * said: what the caption gives, [batch, hidden]. A pixel's channels lie side by side (PyTorch's
   * {@code channels_last}, which is 2), as a table of colours gives them and a softmax takes them.
   */
  private static final String NETWORK =
      """
        def doubled(s: __torch__.Trainer, x: Tensor) -> Tensor:
          return torch.upsample_nearest2d(x, [torch.size(x, 2) * 2, torch.size(x, 3) * 2])
        def said(s: __torch__.Trainer, w: List[Tensor], condition: Tensor) -> Tensor:
          rows = torch.add(condition, torch.tensor({FIRST_ROWS}, dtype=4, device={DEVICE}))
          return torch.sum(torch.embedding({condition_table}, rows), [1])
        def encoded(s: __torch__.Trainer, w: List[Tensor], said: Tensor, pixels: Tensor) -> Tensor:
          colours = torch.embedding({colour_table}, torch.reshape(pixels, [-1, {SIDE}, {SIDE}]))
          x = torch.permute(colours, [0, 3, 1, 2])
          x = torch.silu(s.narrow_convolved(x, {encoder.full.weight}, {encoder.full.bias}, 1, 1))
          x = torch.silu(s.narrow_convolved(x, {encoder.half.weight}, {encoder.half.bias}, 2, 1))
          x = torch.silu(s.narrow_convolved(x, {encoder.small.weight}, {encoder.small.bias}, 2, 1))
          y = torch.add(s.product(torch.flatten(x, 1), {encoder.hidden.weight}), {encoder.hidden.bias})
          y = torch.silu(torch.add(y, said))
          return torch.add(s.product(y, {encoder.output.weight}), {encoder.output.bias})
        def expected(s: __torch__.Trainer, w: List[Tensor], said: Tensor) -> Tensor:
          y = torch.silu(torch.add(s.product(said, {prior.hidden.weight}), {prior.hidden.bias}))
          return torch.add(s.product(y, {prior.output.weight}), {prior.output.bias})
        def decoded(s: __torch__.Trainer, w: List[Tensor], said: Tensor, z: Tensor) -> Tensor:
          y = torch.add(s.product(z, {decoder.latent.weight}), {decoder.latent.bias})
          y = torch.silu(torch.add(y, said))
          y = torch.silu(torch.add(s.product(y, {decoder.hidden.weight}), {decoder.hidden.bias}))
          x = torch.contiguous(torch.reshape(y, [-1, {SMALL_CHANNELS}, {SMALL}, {SMALL}]), memory_format=2)
          x = torch.add(x, torch.silu(s.narrow_convolved(x, {decoder.small.weight}, {decoder.small.bias}, 1, 1)))
          x = torch.silu(s.narrow_convolved(s.doubled(x), {decoder.half.weight}, {decoder.half.bias}, 1, 1))
          x = s.doubled(x)
          x = torch.add(x, torch.silu(s.narrow_convolved(x, {decoder.full.weight}, {decoder.full.bias}, 1, 1)))
          x = s.narrow_convolved(x, {decoder.colours.weight}, {decoder.colours.bias}, 1, 0)
          return torch.to(torch.flatten(torch.permute(x, [0, 2, 3, 1]), 1, 2), 6)
        def likelihood(s: __torch__.Trainer, w: List[Tensor], said: Tensor, pixels: Tensor, z: Tensor) -> Tensor:
          chances = torch.log_softmax(s.decoded(w, said, z), -1)
          return torch.sum(torch.squeeze(torch.gather(chances, -1, torch.unsqueeze(pixels, -1)), -1), [1])
      """;
}
