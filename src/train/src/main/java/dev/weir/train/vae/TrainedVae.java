package dev.weir.train.vae;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.train.Batches;
import dev.weir.train.Noise;
import dev.weir.train.PictureTensors;
import dev.weir.train.TrainedWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An autoencoder that has been trained, to draw with: in float32, with the most probable colour of
 * each pixel. For use by one thread.
 */
public final class TrainedVae implements AutoCloseable {
  /** Nothing is learned any more: only the network's weights matter. */
  private static final AdamW UNUSED = new AdamW(0.9, 0.99, 1e-8, 0, 1, 0.999);

  private final VaeConfig config;
  private final TrainableModule module;

  private TrainedVae(VaeConfig config, TrainableModule module) {
    this.config = config;
    this.module = module;
  }

  /**
   * Opens a network.
   *
   * @param folder with its file of weights, {@link TrainedWeights#FILE}
   * @throws IllegalArgumentException if that is of another network
   */
  public static TrainedVae open(VaeConfig config, Path folder) {
    return open(config, folder, "cpu");
  }

  /**
   * Opens a network on a device.
   *
   * @param device {@code cpu}, or {@code cuda:0} and so on
   * @throws IllegalArgumentException if the file is of another network, or libtorch cannot compute
   *     on the device
   */
  public static TrainedVae open(VaeConfig config, Path folder, String device) {
    TrainableModule module =
        TrainableModule.open(new Vae(config, 0).program(), UNUSED, false, 0, device);
    try {
      module.load(TrainedWeights.read(folder.resolve(TrainedWeights.FILE)));
      module.freeze();
      return new TrainedVae(config, module);
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  /**
   * A normal distribution for each of some pictures.
   *
   * @param means [pictures * latent]
   * @param logVariances [pictures * latent]
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  public record Latents(float[] means, float[] logVariances) {}

  /**
   * The distribution of latent vectors that pictures and what is said of them give.
   *
   * @param conditions attribute values: [pictures][attributes]
   */
  public Latents posterior(List<int[]> conditions, List<byte[]> pictures) {
    List<HostTensor.Floats> found =
        module.call(
            "posterior",
            Map.of(
                Vae.CONDITION,
                PictureTensors.conditions(conditions),
                Vae.PIXELS,
                PictureTensors.pixels(pictures)),
            Weights.AVERAGED);
    return new Latents(found.get(0).values(), found.get(1).values());
  }

  /**
   * ln p(x, z) - ln q(z | x) of pictures with one sample of z each, which {@link
   * Gaussians#importanceBound} takes: [pictures].
   *
   * @param noise standard normal: [pictures * latent]
   */
  public float[] logWeights(List<int[]> conditions, List<byte[]> pictures, float[] noise) {
    return module
        .call(
            "log_weights",
            Map.of(
                Vae.CONDITION,
                PictureTensors.conditions(conditions),
                Vae.PIXELS,
                PictureTensors.pixels(pictures),
                "noise",
                new HostTensor.Floats(List.of(pictures.size(), config.latent()), noise)),
            Weights.AVERAGED)
        .getFirst()
        .values();
  }

  /** What the latent vectors of pictures carry when nothing is said of them. */
  public LatentReport report(Batches pictures, int batches) {
    return LatentReport.of(config, module, pictures, batches);
  }

  /** What a seed adds to a mean: standard normal numbers, [latent]. */
  public float[] noise(long seed) {
    return Noise.normal(seed, 0, config.latent());
  }

  /** Coordinates of a latent vector. */
  public int latent() {
    return config.latent();
  }

  /**
   * Pictures of latent vectors, the most probable colour of each pixel.
   *
   * @param z [pictures * latent]
   * @return places in the palette: [pictures][pixels]
   */
  public List<byte[]> decode(List<int[]> conditions, float[] z) {
    return pictures(
        "colours",
        Map.of(Vae.CONDITION, PictureTensors.conditions(conditions), "z", latent(conditions, z)));
  }

  /**
   * Pictures of latent vectors that are put together: base + share * prior mean + spread * prior
   * deviation * noise.
   *
   * @param base [pictures * latent]
   * @param shares [pictures]
   * @param spreads [pictures]
   * @param noise [pictures * latent]
   * @return places in the palette: [pictures][pixels]
   */
  public List<byte[]> draw(
      List<int[]> conditions, float[] base, float[] shares, float[] spreads, float[] noise) {
    int latent = config.latent();
    int width = 2 * latent + 2;
    float[] chosen = new float[conditions.size() * width];
    for (int p = 0; p < conditions.size(); p++) {
      System.arraycopy(base, p * latent, chosen, p * width, latent);
      System.arraycopy(noise, p * latent, chosen, p * width + latent, latent);
      chosen[p * width + 2 * latent] = shares[p];
      chosen[p * width + 2 * latent + 1] = spreads[p];
    }
    return pictures(
        "drawn",
        Map.of(
            Vae.CONDITION,
            PictureTensors.conditions(conditions),
            Vae.CHOSEN,
            new HostTensor.Floats(List.of(conditions.size(), width), chosen)));
  }

  private HostTensor latent(List<int[]> conditions, float[] values) {
    return new HostTensor.Floats(List.of(conditions.size(), config.latent()), values);
  }

  private List<byte[]> pictures(String method, Map<String, HostTensor> inputs) {
    float[] colours = module.call(method, inputs, Weights.AVERAGED).getFirst().values();
    int pixels = config.pixels();
    List<byte[]> pictures = new ArrayList<>();
    for (int p = 0; p < colours.length / pixels; p++) {
      byte[] picture = new byte[pixels];
      for (int i = 0; i < pixels; i++) {
        picture[i] = (byte) (int) colours[p * pixels + i];
      }
      pictures.add(picture);
    }
    return pictures;
  }

  @Override
  public void close() {
    module.close();
  }
}
