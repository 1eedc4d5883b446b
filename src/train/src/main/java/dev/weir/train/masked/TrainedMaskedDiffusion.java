package dev.weir.train.masked;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.train.TrainedWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A masked diffusion model that has been trained, to draw with: in float32. For one thread. */
public final class TrainedMaskedDiffusion implements AutoCloseable {
  /** Nothing is learned any more: only the network's weights matter. */
  private static final AdamW UNUSED = new AdamW(0.9, 0.99, 1e-8, 0, 1, 0.999);

  /** Logits are divided by the temperature; below this one they are far enough apart. */
  private static final double COLDEST = 1e-4;

  private final MaskedDiffusionConfig config;
  private final TrainableModule module;

  private TrainedMaskedDiffusion(MaskedDiffusionConfig config, TrainableModule module) {
    this.config = config;
    this.module = module;
  }

  /**
   * Opens a network.
   *
   * @param folder with its file of weights, {@link TrainedWeights#FILE}
   * @param device {@code cpu}, or {@code cuda:0} and so on
   * @throws IllegalArgumentException if the file is of another network, or libtorch cannot compute
   *     on the device
   */
  public static TrainedMaskedDiffusion open(
      MaskedDiffusionConfig config, Path folder, String device) {
    TrainableModule module =
        TrainableModule.open(new MaskedDiffusion(config, 0).program(), UNUSED, false, 0, device);
    try {
      module.load(TrainedWeights.read(folder.resolve(TrainedWeights.FILE)));
      module.freeze();
      return new TrainedMaskedDiffusion(config, module);
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  /** Evaluates the network once for some pictures, none of them whole, and makes pixels known. */
  public void step(List<MaskedPicture> pictures) {
    int pixels = config.pixels();
    int attributes = config.prefix();
    int count = pictures.size();
    int[] conditions = new int[count * attributes];
    int[] places = new int[count * pixels];
    int[] unknown = new int[count * pixels];
    float[] chances = new float[count * pixels];
    float[] temperatures = new float[count];
    for (int p = 0; p < count; p++) {
      MaskedPicture picture = pictures.get(p);
      System.arraycopy(picture.condition(), 0, conditions, p * attributes, attributes);
      System.arraycopy(picture.chances(), 0, chances, p * pixels, pixels);
      temperatures[p] = (float) Math.max(COLDEST, picture.temperature());
      byte[] known = picture.places();
      for (int i = 0; i < pixels; i++) {
        places[p * pixels + i] = known[i] & 255;
        unknown[p * pixels + i] = picture.unknown(i) ? 1 : 0;
      }
    }
    List<HostTensor.Floats> found =
        module.call(
            "choices",
            Map.of(
                MaskedDiffusion.CONDITION,
                new HostTensor.Integers(List.of(count, attributes), conditions),
                MaskedDiffusion.PIXELS,
                new HostTensor.Integers(List.of(count, pixels), places),
                MaskedDiffusion.UNKNOWN,
                new HostTensor.Integers(List.of(count, pixels), unknown),
                MaskedDiffusion.CHANCES,
                new HostTensor.Floats(List.of(count, pixels), chances),
                MaskedDiffusion.TEMPERATURES,
                new HostTensor.Floats(List.of(count), temperatures)),
            Weights.AVERAGED);
    for (int p = 0; p < count; p++) {
      pictures.get(p).reveal(found.get(0).values(), found.get(1).values(), p * pixels);
    }
  }

  /**
   * ln p of each pixel of pictures, given those that are known: [pictures * pixels].
   *
   * @param conditions attribute values: [pictures][attributes]
   * @param unknown [pictures][pixels]
   */
  public float[] logProbabilities(
      List<int[]> conditions, List<byte[]> pictures, List<boolean[]> unknown) {
    int pixels = config.pixels();
    int attributes = config.prefix();
    int count = pictures.size();
    int[] said = new int[count * attributes];
    int[] places = new int[count * pixels];
    int[] hidden = new int[count * pixels];
    for (int p = 0; p < count; p++) {
      System.arraycopy(conditions.get(p), 0, said, p * attributes, attributes);
      for (int i = 0; i < pixels; i++) {
        places[p * pixels + i] = pictures.get(p)[i] & 255;
        hidden[p * pixels + i] = unknown.get(p)[i] ? 1 : 0;
      }
    }
    return module
        .call(
            "log_probabilities",
            Map.of(
                MaskedDiffusion.CONDITION,
                new HostTensor.Integers(List.of(count, attributes), said),
                MaskedDiffusion.PIXELS,
                new HostTensor.Integers(List.of(count, pixels), places),
                MaskedDiffusion.UNKNOWN,
                new HostTensor.Integers(List.of(count, pixels), hidden)),
            Weights.AVERAGED)
        .getFirst()
        .values();
  }

  @Override
  public void close() {
    module.close();
  }
}
