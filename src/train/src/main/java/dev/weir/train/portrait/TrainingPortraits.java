package dev.weir.train.portrait;

import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.Captions;
import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitSampler;
import dev.weir.image.portrait.PortraitWords;
import dev.weir.torch.train.HostTensor;
import dev.weir.train.Batches;
import dev.weir.train.judge.Judge;
import dev.weir.train.pixel.PixelTransformer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Portraits without end, of one use, each with what a caption says of it: in half of them all, in a
 * tenth nothing, else each attribute with a probability that is drawn for the portrait. Not safe
 * for use by several threads.
 */
public final class TrainingPortraits implements Batches {
  /** Shares of captions that say all, and nothing. */
  public static final double ALL_SAID = 0.5;

  public static final double NOTHING_SAID = 0.1;
  private static final int ATTEMPTS = 10_000;

  private final PortraitDesign design;
  private final PortraitSampler sampler;
  private final PortraitSplit split;
  private final Captions captions;
  private final PortraitSplit.Use use;
  private final long seed;
  private final int batch;

  /**
   * A portrait with its picture and what is said of it.
   *
   * @param picture places in the palette, row by row: [256]
   * @param said values, {@link CaptionReading#UNSAID} for the rest: [attributes]
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Example(Portrait portrait, byte[] picture, int[] said) {}

  public TrainingPortraits(PortraitDesign design, PortraitSplit.Use use, long seed, int batch) {
    this.design = design;
    this.sampler = new PortraitSampler(design);
    this.split = new PortraitSplit(design);
    this.captions = new Captions(PortraitWords.builtIn());
    this.use = use;
    this.seed = seed;
    this.batch = batch;
  }

  /**
   * How many values each attribute has, absence one of them: what a network's table is made for.
   */
  public static List<Integer> attributeValues(PortraitDesign design) {
    return design.attributes().stream().map(attribute -> attribute.values().size()).toList();
  }

  /**
   * What a network is given for what is said: the number of an attribute's values for what is not.
   *
   * @param said values, {@link CaptionReading#UNSAID} for the rest: [attributes]
   */
  public static int[] condition(PortraitDesign design, int[] said) {
    int[] condition = new int[said.length];
    for (int i = 0; i < said.length; i++) {
      condition[i] =
          said[i] == CaptionReading.UNSAID ? design.attributes().get(i).values().size() : said[i];
    }
    return condition;
  }

  /** Example number {@code index} of an endless row. */
  public Example example(long index) {
    SplittableRandom random =
        new SplittableRandom(PortraitSplit.mixed(seed) ^ PortraitSplit.mixed(index));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Portrait portrait = sampler.draw(seed, index * ATTEMPTS + attempt);
      Optional<byte[]> picture = split.picture(portrait, use);
      if (picture.isPresent()) {
        return new Example(portrait, picture.get(), captions.sayable(portrait, mask(random)));
      }
    }
    throw new IllegalStateException("no portrait for " + use + " in " + ATTEMPTS);
  }

  private boolean[] mask(SplittableRandom random) {
    boolean[] said = new boolean[design.attributes().size()];
    double kind = random.nextDouble();
    double share = kind < ALL_SAID ? 1 : kind < ALL_SAID + NOTHING_SAID ? 0 : random.nextDouble();
    for (int i = 0; i < said.length; i++) {
      said[i] = random.nextDouble() < share;
    }
    return said;
  }

  @Override
  public Map<String, HostTensor.Integers> at(long step) {
    Example[] examples = new Example[batch];
    Arrays.setAll(examples, i -> example(step * batch + i));
    return tensors(Arrays.asList(examples));
  }

  /**
   * Conditions (what is said) and attributes (what is so), [batch, attributes] each, and pixels
   * [batch, 256] of examples.
   */
  public Map<String, HostTensor.Integers> tensors(List<Example> examples) {
    int width = design.attributes().size();
    int area = PortraitDesign.SIDE * PortraitDesign.SIDE;
    int[] conditions = new int[examples.size() * width];
    int[] values = new int[examples.size() * width];
    int[] pixels = new int[examples.size() * area];
    for (int e = 0; e < examples.size(); e++) {
      int[] condition = condition(design, examples.get(e).said());
      System.arraycopy(condition, 0, conditions, e * width, width);
      for (int i = 0; i < width; i++) {
        values[e * width + i] = examples.get(e).portrait().value(i);
      }
      byte[] picture = examples.get(e).picture();
      for (int i = 0; i < area; i++) {
        pixels[e * area + i] = picture[i] & 255;
      }
    }
    return Map.of(
        PixelTransformer.CONDITION,
        new HostTensor.Integers(List.of(examples.size(), width), conditions),
        Judge.ATTRIBUTES,
        new HostTensor.Integers(List.of(examples.size(), width), values),
        PixelTransformer.PIXELS,
        new HostTensor.Integers(List.of(examples.size(), area), pixels));
  }
}
