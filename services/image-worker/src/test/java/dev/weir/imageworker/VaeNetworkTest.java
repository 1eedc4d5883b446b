package dev.weir.imageworker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.image.draw.PictureRequest;
import dev.weir.image.draw.PictureRequest.Source;
import dev.weir.image.draw.StepNetwork.Canvas;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitPainter;
import dev.weir.image.portrait.PortraitSampler;
import dev.weir.train.BuiltInModels;
import dev.weir.train.portrait.TrainingPortraits;
import dev.weir.train.vae.TrainedVae;
import dev.weir.train.vae.VaeConfig;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What the autoencoder that is built in draws, alone and beside others. */
@TestInstance(Lifecycle.PER_CLASS)
final class VaeNetworkTest {
  private static final PortraitDesign DESIGN = PortraitDesign.builtIn();
  private static final PortraitSampler SAMPLER = new PortraitSampler(DESIGN);
  private static final PortraitPainter PAINTER = new PortraitPainter(DESIGN);

  private final List<Integer> values = TrainingPortraits.attributeValues(DESIGN);
  private final int[] nothing = values.stream().mapToInt(Integer::intValue).toArray();
  private VaeNetwork network; // set before the tests

  @BeforeAll
  void open() throws IOException {
    try (BuiltInModels models = BuiltInModels.open("vae")) {
      TrainedVae vae = TrainedVae.open(VaeConfig.portraits(values), models.folder());
      network = new VaeNetwork(vae, DESIGN.palette(), 16, nothing);
    }
  }

  @AfterAll
  void close() {
    network.close();
  }

  private static byte[] portrait(int index) {
    return PAINTER.draw(SAMPLER.draw(5, index));
  }

  private PictureRequest request(int[] condition, long seed, Source source) {
    return new PictureRequest("r", condition, seed, 1, source, 0, Instant.MAX, "a", 0);
  }

  private PictureRequest request(long seed, Source source) {
    return request(nothing, seed, source);
  }

  private List<byte[]> draw(PictureRequest... requests) {
    List<Canvas> canvases = new ArrayList<>();
    for (PictureRequest request : requests) {
      canvases.add(network.begin(request));
    }
    network.step(canvases);
    return canvases.stream().map(Canvas::places).toList();
  }

  private static long equal(byte[] a, byte[] b) {
    return IntStream.range(0, a.length).filter(i -> a[i] == b[i]).count();
  }

  @Test
  void whatIsDrawnBesideOthersIsWhatIsDrawnAlone() {
    List<PictureRequest> requests = new ArrayList<>();
    for (int i = 0; i < 5; i++) { // the kinds lie among each other
      requests.add(request(i, new Source.Between(portrait(i), portrait(i + 1), 0.25)));
      requests.add(request(i, new Source.None()));
      requests.add(request(i, new Source.Variation(portrait(i + 2), 0.5)));
    }
    List<byte[]> together = draw(requests.toArray(PictureRequest[]::new));
    for (int i = 0; i < requests.size(); i++) {
      assertThat(together.get(i)).as("%d", i).isEqualTo(draw(requests.get(i)).getFirst());
    }
    Collections.reverse(requests);
    assertThat(draw(requests.toArray(PictureRequest[]::new)).reversed())
        .usingElementComparator(java.util.Arrays::compare)
        .isEqualTo(together);
  }

  @Test
  void aFullCaptionIsDrawnAsItSays() {
    int right = 0;
    for (int i = 0; i < 20; i++) {
      byte[] expected = portrait(i);
      int[] said = SAMPLER.draw(5, i).values();
      byte[] drawn = draw(request(said, i, new Source.None())).getFirst();
      right += equal(drawn, expected) >= 250 ? 1 : 0;
    }
    assertThat(right).isGreaterThanOrEqualTo(18); // 95 % are equal in every pixel
  }

  @Test
  void theStrengthOfAVariationIsHowFarItIsFromItsSource() {
    long none = 0;
    long half = 0;
    long whole = 0;
    for (int i = 0; i < 12; i++) {
      byte[] source = portrait(i);
      none += equal(source, draw(request(i, new Source.Variation(source, 0))).getFirst());
      half += equal(source, draw(request(i, new Source.Variation(source, 0.5))).getFirst());
      byte[] free = draw(request(i, new Source.Variation(source, 1))).getFirst();
      whole += equal(source, free);
      assertThat(free).isEqualTo(draw(request(i, new Source.None())).getFirst());
    }
    assertThat(none).isGreaterThan(12 * 240).isGreaterThan(half);
    assertThat(half).isGreaterThan(whole);
  }

  @Test
  void theWayBeginsAtTheFirstPictureAndEndsAtTheSecond() {
    byte[] first = portrait(1);
    byte[] second = portrait(2);
    byte[] begin = draw(request(0, new Source.Between(first, second, 0))).getFirst();
    byte[] end = draw(request(0, new Source.Between(first, second, 1))).getFirst();
    assertThat(begin).isEqualTo(draw(request(9, new Source.Variation(first, 0))).getFirst());
    assertThat(end).isEqualTo(draw(request(9, new Source.Variation(second, 0))).getFirst());
    assertThat(equal(begin, first)).isGreaterThan(240);
    assertThat(equal(end, second)).isGreaterThan(240);
  }

  @Test
  void atTemperatureZeroTheSeedDoesNotMatter() {
    byte[][] drawn = new byte[2][];
    for (int seed = 0; seed < 2; seed++) {
      drawn[seed] =
          draw(new PictureRequest("r", nothing, seed, 0, new Source.None(), 0, Instant.MAX, "a", 0))
              .getFirst();
    }
    assertThat(drawn[1]).isEqualTo(drawn[0]);
    assertThat(draw(request(1, new Source.None())).getFirst()).isNotEqualTo(drawn[0]);
  }
}
