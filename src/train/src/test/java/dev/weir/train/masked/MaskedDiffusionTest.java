package dev.weir.train.masked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pictures of three pixels in four colours, of which there are few enough to see all. */
final class MaskedDiffusionTest {
  private static final int PIXELS = 3;
  private static final int COLOURS = 4;
  private static final MaskedDiffusionConfig CONFIG =
      new MaskedDiffusionConfig(List.of(2, 3), 1, PIXELS, COLOURS, 16, 24, 2, 2, 8);
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.99, 1e-8, 0, 10, 0.99);
  private static final int[] SAID = {1, 3};
  private static final int[] SHOWN = {2, 0, 3};
  private static final List<int[]> ORDERS =
      List.of(
          new int[] {0, 1, 2},
          new int[] {0, 2, 1},
          new int[] {1, 0, 2},
          new int[] {1, 2, 0},
          new int[] {2, 0, 1},
          new int[] {2, 1, 0});

  private final MaskedDiffusion diffusion = new MaskedDiffusion(CONFIG, 17);
  private final TrainableModule module =
      TrainableModule.open(diffusion.program(), OPTIMIZER, false, 21);

  /** Far from a network that finds all pictures as likely. */
  @BeforeEach
  void learnALittle() {
    for (int step = 0; step < 20; step++) {
      module.step(diffusion.inputs(batch(List.of(SHOWN, new int[] {1, 1, 0})), step), 0.02);
    }
  }

  @AfterEach
  void close() {
    module.close();
  }

  private static Map<String, HostTensor.Integers> batch(List<int[]> pictures) {
    int[] pixels = pictures.stream().flatMapToInt(Arrays::stream).toArray();
    int[] said =
        Collections.nCopies(pictures.size(), SAID).stream().flatMapToInt(Arrays::stream).toArray();
    return Map.of(
        MaskedDiffusion.CONDITION,
        new HostTensor.Integers(List.of(pictures.size(), SAID.length), said),
        MaskedDiffusion.PIXELS,
        new HostTensor.Integers(List.of(pictures.size(), PIXELS), pixels));
  }

  private static Map<String, HostTensor> inputs(int[] picture, int[] unknown) {
    Map<String, HostTensor.Integers> batch = batch(List.of(picture));
    return Map.of(
        MaskedDiffusion.CONDITION,
        Objects.requireNonNull(batch.get(MaskedDiffusion.CONDITION)),
        MaskedDiffusion.PIXELS,
        Objects.requireNonNull(batch.get(MaskedDiffusion.PIXELS)),
        MaskedDiffusion.UNKNOWN,
        new HostTensor.Integers(List.of(1, PIXELS), unknown));
  }

  private float[] call(String method, Map<String, HostTensor> inputs) {
    return module.call(method, inputs, Weights.LAST).getFirst().values();
  }

  private double loss(int[] picture, int[] unknown) {
    return Objects.requireNonNull(
        module.evaluate(inputs(picture, unknown), Weights.LAST).get("loss"));
  }

  /** ln p of a picture whose pixels become known in an order. */
  private double inOrder(int[] picture, int[] order) {
    int[] unknown = {1, 1, 1};
    double sum = 0;
    for (int pixel : order) {
      sum += call("log_probabilities", inputs(picture, unknown))[pixel];
      unknown[pixel] = 0;
    }
    return sum;
  }

  private double bound(int[] picture) {
    return ORDERS.stream().mapToDouble(order -> inOrder(picture, order)).average().orElseThrow();
  }

  @Test
  void theLossIsTheMeanOverOrdersOfALikelihood() {
    double expected = 0;
    int[][] sets = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 0}, {1, 0, 1}, {0, 1, 1}, {1, 1, 1}};
    double[] chances = {1 / 9.0, 1 / 9.0, 1 / 9.0, 1 / 9.0, 1 / 9.0, 1 / 9.0, 1 / 3.0};
    for (int i = 0; i < sets.length; i++) {
      expected += chances[i] * loss(SHOWN, sets[i]);
    }
    assertThat(-bound(SHOWN) / PIXELS).isEqualTo(expected, within(1e-5));
  }

  @Test
  void whatIsLearnedByIsThatMean() {
    int pictures = 3_000;
    Map<String, HostTensor> inputs =
        diffusion.inputs(batch(Collections.nCopies(pictures, SHOWN)), 5);
    double learned = Objects.requireNonNull(module.evaluate(inputs, Weights.LAST).get("loss"));
    assertThat(learned).isEqualTo(-bound(SHOWN) / PIXELS, within(0.03));
    double full = loss(SHOWN, new int[] {1, 1, 1});
    assertThat(Math.abs(full - learned)).isGreaterThan(0.1); // else this would show nothing
  }

  /** The likelihoods of all pictures in one order are those of a distribution (Jensen). */
  @Test
  void theBoundIsBelowALikelihoodThatSumsToOne() {
    double total = 0;
    for (int code = 0; code < COLOURS * COLOURS * COLOURS; code++) {
      int[] picture = {code % COLOURS, code / COLOURS % COLOURS, code / COLOURS / COLOURS};
      double mixture =
          ORDERS.stream()
              .mapToDouble(order -> Math.exp(inOrder(picture, order)))
              .average()
              .orElseThrow();
      total += mixture;
      assertThat(bound(picture)).isLessThanOrEqualTo(Math.log(mixture) + 1e-6);
    }
    assertThat(total).isEqualTo(1, within(1e-4));
  }

  @Test
  void anUnknownPixelIsNotSeenAndAKnownOneIs() {
    int[] unknown = {1, 0, 1};
    float[] logits = call("logits", inputs(SHOWN, unknown));
    assertThat(call("logits", inputs(new int[] {0, 0, 1}, unknown))).isEqualTo(logits);
    assertThat(call("logits", inputs(new int[] {2, 1, 3}, unknown))).isNotEqualTo(logits);
  }

  @Test
  void numbersOfUnknownPixelsAreSpreadEvenlyAndAllPixelsAreAsOftenUnknown() {
    MaskedDiffusion portraits = new MaskedDiffusion(MaskedDiffusionConfig.portraits(List.of(2)), 4);
    int[] often = new int[256];
    for (int step = 0; step < 200; step++) {
      int[] unknown = portraits.unknown(32, step).values();
      for (int p = 0; p < 32; p++) {
        int count = 0;
        for (int i = 0; i < 256; i++) {
          count += unknown[p * 256 + i];
          often[i] += unknown[p * 256 + i];
        }
        assertThat(count).isBetween(1 + p * 8, 1 + p * 8 + 8);
      }
    }
    // 6,400 pictures, of which half the pixels: a deviation of at most 40
    assertThat(Arrays.stream(often).boxed())
        .allSatisfy(count -> assertThat(count).isBetween(3_000, 3_420));
    assertThat(portraits.unknown(32, 7).values()).isEqualTo(portraits.unknown(32, 7).values());
    assertThat(portraits.unknown(32, 7).values()).isNotEqualTo(portraits.unknown(32, 8).values());
  }

  @Test
  void choicesHaveTheNetworksProbabilities() {
    int[] unknown = {1, 1, 0};
    float[] logits = call("logits", inputs(SHOWN, unknown));
    for (double temperature : new double[] {1, 0.5}) {
      int draws = 2_000;
      int[][] counts = new int[PIXELS][COLOURS];
      List<HostTensor.Floats> found = choices(unknown, draws, temperature);
      for (int i = 0; i < draws * PIXELS; i++) {
        counts[i % PIXELS][(int) found.get(0).values()[i]]++;
      }
      for (int pixel = 0; pixel < PIXELS; pixel++) {
        double[] expected = softmax(logits, pixel, temperature);
        double entropy = 0;
        for (int colour = 0; colour < COLOURS; colour++) {
          assertThat((double) counts[pixel][colour] / draws)
              .isEqualTo(expected[colour], within(1.5 / draws));
          double certain = softmax(logits, pixel, 1)[colour];
          entropy -= certain * Math.log(certain);
        }
        assertThat(found.get(1).values()[pixel]).isEqualTo((float) entropy, within(1e-5f));
      }
    }
    float[] coldest = choices(unknown, 10, 1e-4).get(0).values();
    for (int i = 0; i < coldest.length; i++) {
      float[] of = Arrays.copyOfRange(logits, i % PIXELS * COLOURS, (i % PIXELS + 1) * COLOURS);
      int most = IntStream.range(0, COLOURS).reduce((a, b) -> of[b] > of[a] ? b : a).orElseThrow();
      assertThat((int) coldest[i]).isEqualTo(most);
    }
  }

  /** With numbers that are spread evenly from 0 to 1. */
  private List<HostTensor.Floats> choices(int[] unknown, int draws, double temperature) {
    Map<String, HostTensor.Integers> batch = batch(Collections.nCopies(draws, SHOWN));
    int[] hidden = new int[draws * PIXELS];
    float[] chances = new float[draws * PIXELS];
    float[] temperatures = new float[draws];
    Arrays.setAll(hidden, i -> unknown[i % PIXELS]);
    for (int i = 0; i < chances.length; i++) {
      chances[i] = (i / PIXELS + 0.5f) / draws;
    }
    Arrays.fill(temperatures, (float) temperature);
    return module.call(
        "choices",
        Map.of(
            MaskedDiffusion.CONDITION,
            Objects.requireNonNull(batch.get(MaskedDiffusion.CONDITION)),
            MaskedDiffusion.PIXELS,
            Objects.requireNonNull(batch.get(MaskedDiffusion.PIXELS)),
            MaskedDiffusion.UNKNOWN,
            new HostTensor.Integers(List.of(draws, PIXELS), hidden),
            MaskedDiffusion.CHANCES,
            new HostTensor.Floats(List.of(draws, PIXELS), chances),
            MaskedDiffusion.TEMPERATURES,
            new HostTensor.Floats(List.of(draws), temperatures)),
        Weights.LAST);
  }

  private static double[] softmax(float[] logits, int pixel, double temperature) {
    List<Double> weights = new ArrayList<>();
    for (int c = 0; c < COLOURS; c++) {
      weights.add(Math.exp(logits[pixel * COLOURS + c] / temperature));
    }
    double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
    return weights.stream().mapToDouble(weight -> weight / sum).toArray();
  }
}
