package dev.weir.image.portrait;

import dev.weir.image.Palette;
import dev.weir.image.portrait.PortraitDesign.Layer;
import dev.weir.image.portrait.PortraitDesign.Part;
import java.util.Arrays;

/**
 * Draws portraits. Pixels are laid over each other with the arithmetic of resvg's rasteriser,
 * tiny-skia, path by path, so that even colours that are not in the palette equal the generator's.
 * Not safe for use by several threads.
 */
public final class PortraitPainter {
  private static final int PIXELS = PortraitDesign.SIDE * PortraitDesign.SIDE;
  private static final int CACHE = 1 << 13;

  private final PortraitDesign design;
  private final Palette palette;
  private final int background;
  private final int[] backgrounds;
  private final int[] canvas = new int[PIXELS];
  // Open addressing: colours come from few layers, and a full search of the palette is long.
  private final int[] cachedColours = new int[CACHE];
  private final byte[] cachedPlaces = new byte[CACHE];

  public PortraitPainter(PortraitDesign design) {
    this.design = design;
    this.palette = design.palette();
    this.background = design.attribute("backgroundColor");
    this.backgrounds =
        design.attributes().get(background).values().stream()
            .mapToInt(colour -> Integer.parseInt(colour, 16))
            .toArray();
    Arrays.fill(cachedColours, -1);
  }

  /** Places in the palette, row by row: [256]. */
  public byte[] draw(Portrait portrait) {
    paint(portrait);
    byte[] picture = new byte[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      picture[i] = place(canvas[i]);
    }
    return picture;
  }

  /** The generator's colours 0xrrggbb, of which some are not in the palette, row by row: [256]. */
  int[] colours(Portrait portrait) {
    paint(portrait);
    return canvas.clone();
  }

  private void paint(Portrait portrait) {
    Arrays.fill(canvas, backgrounds[portrait.value(background)]);
    for (Part part : design.parts()) {
      int variant = part.variant() == PortraitDesign.NONE ? 0 : choice(portrait, part.variant());
      if (variant >= 0) {
        lay(part.layers().get(variant).get(choice(portrait, part.colour())), part.masked());
      }
    }
  }

  /** Among the values beside absence; -1 for that. */
  private int choice(Portrait portrait, int attribute) {
    return portrait.value(attribute) - design.attributes().get(attribute).first();
  }

  private void lay(Layer layer, boolean masked) {
    int[] places = layer.places();
    int[] pixels = layer.pixels();
    for (int i = 0; i < places.length; i++) {
      int pixel = pixels[i];
      int alpha = pixel & 255;
      int below = canvas[places[i]];
      canvas[places[i]] = alpha == 255 ? pixel >>> 8 : over(pixel, 255 - alpha, below, masked);
    }
  }

  private static int over(int pixel, int rest, int below, boolean masked) {
    int red = (pixel >>> 24) + divided((below >> 16 & 255) * rest, masked);
    int green = (pixel >>> 16 & 255) + divided((below >> 8 & 255) * rest, masked);
    int blue = (pixel >>> 8 & 255) + divided((below & 255) * rest, masked);
    return Math.min(red, 255) << 16 | Math.min(green, 255) << 8 | Math.min(blue, 255);
  }

  /**
   * By 255: to the nearest in tiny-skia's exact pipeline, nearly so and upwards in its fast one.
   */
  private static int divided(int product, boolean exactly) {
    return exactly ? (2 * product + 255) / 510 : product + 255 >> 8;
  }

  private byte place(int colour) {
    int slot = (colour * 0x9E3779B1) >>> 19;
    while (cachedColours[slot] != colour) {
      if (cachedColours[slot] < 0) {
        cachedColours[slot] = colour;
        cachedPlaces[slot] = (byte) palette.nearest(colour);
        break;
      }
      slot = slot + 1 & CACHE - 1;
    }
    return cachedPlaces[slot];
  }
}
