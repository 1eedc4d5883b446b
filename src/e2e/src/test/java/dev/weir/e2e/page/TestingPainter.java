package dev.weir.e2e.page;

import dev.weir.image.Pictures;
import dev.weir.image.RgbPicture;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitPainter;
import dev.weir.image.portrait.PortraitSampler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

/** Draws portraits as the built-in models would, and tells of it as their streams do. */
final class TestingPainter {
  private static final int SIDE = PortraitDesign.SIDE;
  private static final PortraitDesign DESIGN = PortraitDesign.builtIn();
  private static final PortraitSampler SAMPLER = new PortraitSampler(DESIGN);

  /** What is not drawn yet. */
  static final int BLANK = 0xb0b0b0;

  private TestingPainter() {}

  /** Portrait {@code index} of a request with a seed, 16 x 16: that of the seed plus the index. */
  static RgbPicture portrait(long seed, int index) {
    byte[] places = new PortraitPainter(DESIGN).draw(SAMPLER.draw(seed + index, 0));
    return RgbPicture.of(DESIGN.palette(), SIDE, places);
  }

  /** Answers a request of the page: row by row where pixels are drawn, else at once. */
  static Answer.Draws answer(JsonObject request) {
    JsonObject image = request.getJsonObject("image");
    JsonArray sources = image.getJsonArray("sources", new JsonArray());
    int n = image.getInteger("n");
    long seed = request.getLong("seed") + (request.getString("model").equals("vae") ? 7 : 0);
    List<RgbPicture> pictures =
        sources.size() == 2
            ? way(picture(sources.getString(0)), picture(sources.getString(1)), n)
            : IntStream.range(0, n).mapToObj(i -> portrait(seed, i)).toList();
    boolean rows = request.getString("model").equals("pixel");
    return Answer.draws(frames(pictures, rows ? image.getInteger("previews") : 0));
  }

  /** The pictures side by side, step by step, as a worker that runs them together. */
  private static List<JsonObject> frames(List<RgbPicture> pictures, int previews) {
    List<JsonObject> frames = new ArrayList<>();
    for (int step = 1; step < previews; step++) {
      for (int i = 0; i < pictures.size(); i++) {
        frames.add(preview(pictures.get(i), step * SIDE * SIDE / previews, i));
      }
    }
    for (int i = 0; i < pictures.size(); i++) {
      frames.add(image(pictures.get(i), i, i == pictures.size() - 1));
    }
    return frames;
  }

  private static JsonObject preview(RgbPicture picture, int pixels, int index) {
    int[] colours = picture.colours();
    Arrays.fill(colours, pixels, colours.length, BLANK);
    return new JsonObject()
        .put("type", "preview")
        .put("media_type", "image/png")
        .put("data", base64(new RgbPicture(SIDE, SIDE, colours)))
        .put("step", pixels)
        .put("steps", SIDE * SIDE)
        .put("picture", index);
  }

  private static JsonObject image(RgbPicture picture, int index, boolean last) {
    return new JsonObject()
        .put("type", "image")
        .put("first_index", index)
        .put("media_type", "image/png")
        .put("data", base64(picture))
        .put("last", last)
        .put("width", SIDE)
        .put("height", SIDE);
  }

  private static List<RgbPicture> way(RgbPicture from, RgbPicture to, int n) {
    List<RgbPicture> frames = new ArrayList<>();
    for (int frame = 0; frame < n; frame++) {
      int[] colours = from.colours();
      for (int i = 0; i < colours.length; i++) {
        colours[i] = mixed(colours[i], to.colours()[i], frame, n - 1);
      }
      frames.add(new RgbPicture(SIDE, SIDE, colours));
    }
    return frames;
  }

  private static int mixed(int from, int to, int part, int whole) {
    int mixed = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int a = from >> shift & 255;
      int b = to >> shift & 255;
      mixed |= (a + (b - a) * part / whole) << shift;
    }
    return mixed;
  }

  static RgbPicture picture(String base64) {
    return Pictures.read(Base64.getDecoder().decode(base64));
  }

  private static String base64(RgbPicture picture) {
    return Base64.getEncoder().encodeToString(Pictures.png(picture));
  }
}
