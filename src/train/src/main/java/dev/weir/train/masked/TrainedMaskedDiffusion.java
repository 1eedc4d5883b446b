package dev.weir.train.masked;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.train.Noise;
import dev.weir.train.PictureTensors;
import dev.weir.train.TrainedWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A masked diffusion model that has been trained, to draw with: in float32. For one thread. */
public final class TrainedMaskedDiffusion implements AutoCloseable {
  /** Nothing is learned any more: only the network's weights matter. */
  private static final AdamW UNUSED = new AdamW(0.9, 0.99, 1e-8, 0, 1, 0.999);

  /** Logits are divided by the temperature; below this one they are far enough apart. */
  private static final double COLDEST = 1e-4;

  /** Sets of unknown pixels that a bound takes together. */
  private static final int BATCH = 16;

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
    int count = pictures.size();
    float[] chances = new float[count * pixels];
    float[] temperatures = new float[count];
    for (int p = 0; p < count; p++) {
      System.arraycopy(pictures.get(p).chances(), 0, chances, p * pixels, pixels);
      temperatures[p] = (float) Math.max(COLDEST, pictures.get(p).temperature());
    }
    Map<String, HostTensor> inputs =
        inputs(
            pictures.stream().map(MaskedPicture::condition).toList(),
            pictures.stream().map(MaskedPicture::places).toList(),
            pictures.stream().map(MaskedPicture::unknown).toList());
    inputs.put(MaskedDiffusion.CHANCES, new HostTensor.Floats(List.of(count, pixels), chances));
    inputs.put(MaskedDiffusion.TEMPERATURES, new HostTensor.Floats(List.of(count), temperatures));
    List<HostTensor.Floats> found = module.call("choices", inputs, Weights.AVERAGED);
    for (int p = 0; p < count; p++) {
      pictures.get(p).reveal(found.get(0).values(), found.get(1).values(), p * pixels);
    }
  }

  /**
   * An estimate of the lower bound of ln p(picture | condition) that it learns by, nats.
   *
   * @param sets of unknown pixels, whose sizes are spread evenly; its mean does not depend on them
   * @param seed of the sets
   */
  public double bound(int[] condition, byte[] picture, int sets, long seed) {
    int pixels = config.pixels();
    SplittableRandom random = Noise.random(seed, 0);
    double bound = 0;
    for (int from = 0; from < sets; from += BATCH) {
      List<boolean[]> unknown = new ArrayList<>();
      List<Integer> sizes = new ArrayList<>();
      for (int set = from; set < Math.min(sets, from + BATCH); set++) {
        int size = UnknownPixels.size(set, sets, random.nextDouble(), pixels);
        unknown.add(UnknownPixels.draw(random, size, pixels));
        sizes.add(size);
      }
      int count = unknown.size();
      Map<String, HostTensor> inputs =
          inputs(
              Collections.nCopies(count, condition), Collections.nCopies(count, picture), unknown);
      float[] found =
          module.call("log_probabilities", inputs, Weights.AVERAGED).getFirst().values();
      for (int i = 0; i < found.length; i++) {
        int set = i / pixels;
        bound += unknown.get(set)[i % pixels] ? (double) found[i] * pixels / sizes.get(set) : 0;
      }
    }
    return bound / sets;
  }

  private static Map<String, HostTensor> inputs(
      List<int[]> conditions, List<byte[]> pictures, List<boolean[]> unknown) {
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    inputs.put(MaskedDiffusion.CONDITION, PictureTensors.conditions(conditions));
    inputs.put(MaskedDiffusion.PIXELS, PictureTensors.pixels(pictures));
    inputs.put(MaskedDiffusion.UNKNOWN, MaskedDiffusion.tensor(unknown));
    return inputs;
  }

  @Override
  public void close() {
    module.close();
  }
}
