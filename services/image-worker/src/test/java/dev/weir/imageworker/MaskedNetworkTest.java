package dev.weir.imageworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.InvalidRequest;
import dev.weir.image.Palette;
import dev.weir.image.draw.PictureRequest;
import dev.weir.image.draw.PictureRequest.Source;
import dev.weir.image.draw.StepNetwork.Canvas;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.text.safetensors.SafetensorsWriter.Precision;
import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.TrainableModule;
import dev.weir.train.TrainedWeights;
import dev.weir.train.masked.MaskedDiffusion;
import dev.weir.train.masked.MaskedDiffusionConfig;
import dev.weir.train.masked.TrainedMaskedDiffusion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * A masked diffusion model of small pictures that has learned nothing: what is unknown is as good
 * as random.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class MaskedNetworkTest {
  private static final Palette PALETTE = PortraitDesign.builtIn().palette();
  private static final int COLOURS = 8;
  private static final int[] NOTHING = {3};
  private static final MaskedDiffusionConfig CONFIG =
      new MaskedDiffusionConfig(List.of(3), 4, 4, COLOURS, 32, 48, 2, 2, 16);
  private static final int PIXELS = 16;

  private MaskedNetwork network; // set before the tests

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    List<FloatTensor> tensors = new ArrayList<>();
    try (TrainableModule module =
        TrainableModule.open(
            new MaskedDiffusion(CONFIG, 1).program(),
            new AdamW(0.9, 0.99, 1e-8, 0, 1, 0.9),
            false,
            5)) {
      module
          .state()
          .averaged()
          .forEach((name, weight) ->
              tensors.add(new FloatTensor(name, weight.shape(), weight.values())));
    }
    SafetensorsWriter.write(folder.resolve(TrainedWeights.FILE), Map.of(), tensors, Precision.F16);
    network =
        new MaskedNetwork(TrainedMaskedDiffusion.open(CONFIG, folder, "cpu"), PALETTE, 16, PIXELS);
  }

  @AfterAll
  void close() {
    network.close();
  }

  private static byte[] picture(int index) {
    byte[] places = new byte[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      places[i] = (byte) ((i * index + 3) % COLOURS);
    }
    return places;
  }

  private static PictureRequest request(int[] condition, long seed, Source source) {
    return new PictureRequest("r", condition, seed, 1, source, 0, Instant.MAX, "a", 0);
  }

  private byte[] draw(PictureRequest request) {
    Canvas canvas = network.begin(request);
    do {
      network.step(List.of(canvas));
    } while (canvas.step() < canvas.steps());
    return canvas.places();
  }

  private static long equal(byte[] a, byte[] b) {
    return IntStream.range(0, a.length).filter(i -> a[i] == b[i]).count();
  }

  /**
   * They begin one after the other, so that each step has pictures of which more and less is known.
   */
  @Test
  void whatIsDrawnBesideOthersIsWhatIsDrawnAlone() {
    List<PictureRequest> requests = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      requests.add(request(new int[] {i % 4}, i, new Source.None()));
      requests.add(request(NOTHING, i, new Source.Variation(picture(i), i / 5.0)));
    }
    List<Canvas> all = new ArrayList<>();
    List<Canvas> running = new ArrayList<>();
    while (all.size() < requests.size() || !running.isEmpty()) {
      if (all.size() < requests.size()) {
        Canvas canvas = network.begin(requests.get(all.size()));
        all.add(canvas);
        running.add(canvas);
      }
      network.step(running);
      running.removeIf(canvas -> canvas.step() >= canvas.steps());
    }
    for (int i = 0; i < requests.size(); i++) {
      assertThat(all.get(i).places()).as("%d", i).isEqualTo(draw(requests.get(i)));
    }
  }

  @Test
  void theStrengthOfAVariationIsTheShareOfItsPixelsThatAreDrawnAnew() {
    for (int i = 0; i < 8; i++) {
      byte[] source = picture(i);
      assertThat(draw(request(NOTHING, i, new Source.Variation(source, 0)))).isEqualTo(source);
      assertThat(equal(source, draw(request(NOTHING, i, new Source.Variation(source, 0.25)))))
          .isBetween(12L, 15L); // 12 stay; few of the others fall out alike
      assertThat(draw(request(NOTHING, i, new Source.Variation(source, 1))))
          .isEqualTo(draw(request(NOTHING, i, new Source.None())));
    }
  }

  @Test
  void aStepIsAPixelAndAPreviewIsAWholePicture() {
    Canvas canvas = network.begin(request(NOTHING, 3, new Source.None()));
    assertThat(canvas.steps()).isEqualTo(PIXELS);
    int before = -1;
    int evaluations = 0;
    for (; canvas.step() < canvas.steps(); evaluations++) {
      assertThat(canvas.step()).isGreaterThan(before);
      before = canvas.step();
      network.step(List.of(canvas));
      assertThat(canvas.preview()).hasSize(PIXELS).matches(argb -> argb[0] >>> 24 == 255);
    }
    assertThat(evaluations).isBetween(8, PIXELS);
    for (int i = 0; i < PIXELS; i++) {
      assertThat(canvas.preview()[i] & 0xffffff)
          .isEqualTo(PALETTE.colour(canvas.places()[i] & 255) & 0xffffff);
    }
  }

  @Test
  void aWayBetweenTwoPicturesIsRefused() {
    Source two = new Source.Between(picture(1), picture(2), 0.5);
    assertThatThrownBy(() -> network.check(request(NOTHING, 1, two)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("varies one picture")
        .extracting(e -> ((InvalidRequest) e).field())
        .isEqualTo("image.sources");
  }
}
