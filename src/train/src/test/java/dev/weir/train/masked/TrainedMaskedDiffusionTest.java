package dev.weir.train.masked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.text.safetensors.SafetensorsWriter.Precision;
import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.train.TrainedWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A network that has learned that all pixels of a picture have the colour that is asked for. */
@TestInstance(Lifecycle.PER_CLASS)
final class TrainedMaskedDiffusionTest {
  private static final int COLOURS = 8;
  private static final int UNSAID = COLOURS;
  private static final MaskedDiffusionConfig CONFIG =
      new MaskedDiffusionConfig(List.of(COLOURS), 4, 4, COLOURS, 32, 48, 2, 2, 16);
  private static final int PIXELS = 16;

  private TrainedMaskedDiffusion network; // set before the tests

  @BeforeAll
  void learn(@TempDir Path folder) throws IOException {
    MaskedDiffusion diffusion = new MaskedDiffusion(CONFIG, 3);
    AdamW optimizer = new AdamW(0.9, 0.99, 1e-8, 0, 1, 0.9);
    try (TrainableModule module = TrainableModule.open(diffusion.program(), optimizer, false, 5)) {
      Random random = new Random(1);
      for (int step = 0; step < 300; step++) {
        int[] said = new int[32];
        int[] pixels = new int[32 * PIXELS];
        for (int p = 0; p < said.length; p++) {
          int colour = random.nextInt(COLOURS);
          said[p] = random.nextBoolean() ? colour : UNSAID;
          Arrays.fill(pixels, p * PIXELS, (p + 1) * PIXELS, colour);
        }
        module.step(
            diffusion.inputs(
                Map.of(
                    MaskedDiffusion.CONDITION,
                    new HostTensor.Integers(List.of(32, 1), said),
                    MaskedDiffusion.PIXELS,
                    new HostTensor.Integers(List.of(32, PIXELS), pixels)),
                step),
            3e-3);
      }
      write(module, 1, folder);
    }
    network = TrainedMaskedDiffusion.open(CONFIG, folder, "cpu");
  }

  /** Its logits times a factor. */
  private static void write(TrainableModule module, float factor, Path folder) throws IOException {
    List<FloatTensor> tensors = new ArrayList<>();
    module
        .state()
        .averaged()
        .forEach((name, weight) -> {
          float[] values = weight.values().clone();
          for (int i = 0; i < values.length; i++) {
            values[i] *= name.equals("output") ? factor : 1;
          }
          tensors.add(new FloatTensor(name, weight.shape(), values));
        });
    SafetensorsWriter.write(folder.resolve(TrainedWeights.FILE), Map.of(), tensors, Precision.F16);
  }

  @AfterAll
  void close() {
    network.close();
  }

  private static MaskedPicture picture(int said, long seed) {
    return MaskedPicture.unknown(new int[] {said}, seed, 1, PIXELS, 12);
  }

  private void draw(List<MaskedPicture> pictures) {
    List<MaskedPicture> left = new ArrayList<>(pictures);
    while (!left.isEmpty()) {
      network.step(left);
      left.removeIf(MaskedPicture::whole);
    }
  }

  private static byte[] all(int colour) {
    byte[] places = new byte[PIXELS];
    Arrays.fill(places, (byte) colour);
    return places;
  }

  @Test
  void whatIsSaidIsDrawnInFewEvaluations() {
    for (int colour = 0; colour < COLOURS; colour++) {
      MaskedPicture picture =
          MaskedPicture.unknown(new int[] {colour}, colour, 0, PIXELS, MaskedPicture.EVALUATIONS);
      draw(List.of(picture));
      assertThat(picture.places()).isEqualTo(all(colour));
      assertThat(picture.evaluated()).isBetween(1, 4);
      assertThat(picture.left()).isZero();
    }
  }

  /** The first pixel decides; were several chosen at once, pictures would have several colours. */
  @Test
  void whatIsNotSaidIsChosenOnceForAllPixels() {
    List<MaskedPicture> pictures = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      pictures.add(picture(UNSAID, i));
    }
    draw(pictures);
    int[] counts = new int[COLOURS];
    int mixed = 0;
    for (MaskedPicture picture : pictures) {
      counts[picture.places()[0]]++;
      mixed += Arrays.equals(picture.places(), all(picture.places()[0])) ? 0 : 1;
    }
    assertThat(mixed).isLessThan(20);
    assertThat(Arrays.stream(counts).boxed())
        .allSatisfy(count -> assertThat(count).isBetween(5, 60)); // 25 each
  }

  @Test
  void whatIsDrawnBesideOthersIsWhatIsDrawnAlone() {
    List<MaskedPicture> together = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      together.add(picture(i % (COLOURS + 1), 100 + i));
    }
    draw(together);
    for (int i = 0; i < 16; i++) {
      MaskedPicture alone = picture(i % (COLOURS + 1), 100 + i);
      draw(List.of(alone));
      assertThat(alone.places()).as("%d", i).isEqualTo(together.get(i).places());
      assertThat(alone.evaluated()).isEqualTo(together.get(i).evaluated());
    }
  }

  @Test
  void whatIsKnownStaysAndIsGoneBy() {
    boolean[] unknown = new boolean[PIXELS];
    Arrays.fill(unknown, 0, 8, true);
    MaskedPicture picture =
        new MaskedPicture(new int[] {UNSAID}, 9, 1, all(6), unknown, MaskedPicture.EVALUATIONS);
    assertThat(picture.left()).isEqualTo(8);
    draw(List.of(picture));
    assertThat(picture.places()).isEqualTo(all(6));
  }

  /** All of one colour: what is not said costs at least ln 8, and at best no more. */
  @Test
  void theBoundIsThatOfTheColourWhereItIsNotSaidAndNothingWhereItIs() {
    double said = 0;
    double unsaid = 0;
    for (int colour = 0; colour < COLOURS; colour++) {
      said -= network.bound(new int[] {colour}, all(colour), 40, colour) / COLOURS;
      unsaid -= network.bound(new int[] {UNSAID}, all(colour), 40, colour) / COLOURS;
    }
    assertThat(said).isBetween(0.0, 1.0);
    assertThat(unsaid).isBetween(Math.log(COLOURS), Math.log(COLOURS) + 2);
    byte[] mixed = all(1);
    mixed[7] = 2;
    assertThat(network.bound(new int[] {UNSAID}, mixed, 40, 1)).isLessThan(-unsaid - 2);
  }

  /** What knows nothing is off by ln 8 for each pixel, whichever of them are unknown. */
  @Test
  void theBoundCountsEveryPixelOnce(@TempDir Path folder) throws IOException {
    AdamW optimizer = new AdamW(0.9, 0.99, 1e-8, 0, 1, 0.9);
    try (TrainableModule module =
        TrainableModule.open(new MaskedDiffusion(CONFIG, 3).program(), optimizer, false, 5)) {
      write(module, 0, folder);
    }
    try (TrainedMaskedDiffusion ignorant = TrainedMaskedDiffusion.open(CONFIG, folder, "cpu")) {
      for (int sets : new int[] {1, 5, 16, 37}) {
        assertThat(ignorant.bound(new int[] {1}, all(3), sets, sets))
            .isEqualTo(-PIXELS * Math.log(COLOURS), within(1e-3));
      }
    }
  }

  @Test
  void aShareOfAPictureIsForgotten() {
    for (double share : new double[] {0, 0.25, 0.5, 1}) {
      MaskedPicture picture = MaskedPicture.forgetting(new int[] {UNSAID}, 4, 1, all(3), share, 12);
      assertThat(picture.left()).isEqualTo((int) (share * PIXELS)).isEqualTo(picture.begun());
      assertThat(picture.whole()).isEqualTo(share == 0);
    }
    MaskedPicture other = MaskedPicture.forgetting(new int[] {5}, 4, 1, all(3), 0.5, 12);
    assertThat(other.unknown())
        .isEqualTo(MaskedPicture.forgetting(new int[] {5}, 4, 1, all(3), 0.5, 12).unknown())
        .isNotEqualTo(MaskedPicture.forgetting(new int[] {5}, 5, 1, all(3), 0.5, 12).unknown());
    boolean[] unknown = other.unknown();
    draw(List.of(other));
    for (int i = 0; i < PIXELS; i++) {
      if (!unknown[i]) {
        assertThat(other.places()[i]).isEqualTo((byte) 3);
      }
    }
  }

  @Test
  void theEstimateIsWholeFromTheFirstEvaluationOnAndBecomesThePicture() {
    MaskedPicture picture = picture(UNSAID, 31);
    network.step(List.of(picture));
    assertThat(picture.left()).isPositive();
    byte[] first = picture.estimate();
    int guessed = 0;
    for (int i = 0; i < PIXELS; i++) {
      if (picture.unknown()[i]) {
        guessed += first[i] == 0 ? 0 : 1;
      } else {
        assertThat(first[i]).isEqualTo(picture.places()[i]);
      }
    }
    assertThat(guessed).isPositive();
    draw(List.of(picture));
    assertThat(picture.estimate()).isEqualTo(picture.places());
  }

  @Test
  void aPictureOfWhichNothingMayBeEvaluatedIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskedPicture.unknown(new int[] {0}, 1, 1, PIXELS, 0))
        .withMessage("0 evaluations; there must be one");
  }
}
