package dev.weir.image;

import java.util.Arrays;

/**
 * A picture of colours, eight bits for each of red, green and blue.
 *
 * @param colours 0xrrggbb, row by row: [height * width]
 */
@SuppressWarnings("ArrayRecordComponent") // compared by value below
public record RgbPicture(int width, int height, int[] colours) {
  /** Of one picture: 4,096 x 4,096, 64 MiB. */
  public static final int MAX_PIXELS = 1 << 24;

  /**
   * A picture.
   *
   * @throws IllegalArgumentException if it is empty, too large, or has not a colour for each pixel
   */
  public RgbPicture {
    checkSize(width, height);
    if (colours.length != width * height) {
      throw new IllegalArgumentException(
          "a picture of %d x %d has %d pixels, not %d"
              .formatted(width, height, width * height, colours.length));
    }
    colours = colours.clone();
    for (int i = 0; i < colours.length; i++) {
      colours[i] &= 0xffffff;
    }
  }

  /**
   * A picture of places in a palette, row by row.
   *
   * @throws IllegalArgumentException if they are no whole rows, or the palette lacks a place
   */
  public static RgbPicture of(Palette palette, int width, byte[] places) {
    int height = Pictures.rows(palette, width, places);
    return new RgbPicture(width, height, palette.colours(places));
  }

  /** Each pixel becomes a square of {@code factor x factor}; 1 or more. */
  public RgbPicture enlarged(int factor) {
    if (factor < 1) {
      throw new IllegalArgumentException(
          "a picture is enlarged by 1, 2, 3 and so on, not " + factor);
    }
    checkSize((long) width * factor, (long) height * factor);
    int wide = width * factor;
    int[] enlarged = new int[wide * height * factor];
    for (int i = 0; i < enlarged.length; i++) {
      enlarged[i] = colours[i / wide / factor * width + i % wide / factor];
    }
    return new RgbPicture(wide, height * factor, enlarged);
  }

  static void checkSize(long width, long height) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "a picture has pixels, but this is %d x %d".formatted(width, height));
    }
    if (width > MAX_PIXELS || height > MAX_PIXELS || width * height > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "a picture of %d x %d is larger than %d pixels".formatted(width, height, MAX_PIXELS));
    }
  }

  /** A copy: [height * width]. */
  @Override
  public int[] colours() {
    return colours.clone();
  }

  /** 0xrrggbb. */
  public int colour(int x, int y) {
    return colours[y * width + x];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RgbPicture picture
        && width == picture.width
        && Arrays.equals(colours, picture.colours);
  }

  @Override
  public int hashCode() {
    return 31 * width + Arrays.hashCode(colours);
  }

  @Override
  public String toString() {
    return "a picture of %d x %d".formatted(width, height);
  }
}
