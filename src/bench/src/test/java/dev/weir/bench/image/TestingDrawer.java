package dev.weir.bench.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitPainter;
import dev.weir.image.portrait.PortraitSampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Draws by the drawing code what is asked for, and anything for the rest, but for what is done to
 * it; and reads what it has drawn, for it remembers.
 */
final class TestingDrawer implements Drawer, Recogniser {
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final PortraitSampler sampler = new PortraitSampler(design);
  private final PortraitPainter painter = new PortraitPainter(design);
  private final UnaryOperator<Portrait> hand;
  private final Map<String, int[]> known = new HashMap<>();
  final List<Double> temperatures = new ArrayList<>();

  /**
   * @param hand what is drawn where a portrait should be
   */
  TestingDrawer(UnaryOperator<Portrait> hand) {
    this.hand = hand;
  }

  @Override
  public String family() {
    return "testing";
  }

  @Override
  public double temperature() {
    return 1;
  }

  @Override
  public boolean reportsGreedy() {
    return true;
  }

  @Override
  public List<byte[]> draw(List<int[]> conditions, long[] seeds, double temperature) {
    temperatures.add(temperature);
    List<byte[]> pictures = new ArrayList<>();
    for (int p = 0; p < seeds.length; p++) {
      int[] said = conditions.get(p).clone();
      for (int i = 0; i < said.length; i++) {
        boolean unsaid = said[i] == design.attributes().get(i).values().size();
        said[i] = unsaid ? CaptionReading.UNSAID : said[i];
      }
      CaptionReading reading = new CaptionReading(said, Set.of(), List.of(), List.of());
      pictures.add(picture(hand.apply(sampler.draw(reading, seeds[p], 1))));
    }
    return pictures;
  }

  /** A picture that is recognised again. */
  byte[] picture(Portrait portrait) {
    byte[] picture = painter.draw(portrait);
    known.put(new String(picture, ISO_8859_1), portrait.values());
    return picture;
  }

  @Override
  public int[][] recognise(List<byte[]> pictures) {
    return pictures.stream()
        .map(picture ->
            known.getOrDefault(
                new String(picture, ISO_8859_1), new int[design.attributes().size()]))
        .toArray(int[][]::new);
  }

  @Override
  public Map<String, double[]> likelihoods(List<int[]> conditions, List<byte[]> pictures) {
    double[] all = new double[pictures.size()];
    Arrays.fill(all, -256 * Math.log(2)); // a bit each
    return Map.of("exact", all);
  }

  @Override
  public void close() {}
}
