package dev.weir.image;

/** Up to 256 colours that pictures are made of, by their place. */
public final class Palette {
  private final int[] colours;

  /**
   * @param colours 0xrrggbb each, 1 to 256 of them
   */
  public Palette(int... colours) {
    if (colours.length < 1 || colours.length > 256) {
      throw new IllegalArgumentException("a palette has 1 to 256 colours, not " + colours.length);
    }
    this.colours = colours.clone();
  }

  public int size() {
    return colours.length;
  }

  /** 0xrrggbb. */
  public int colour(int place) {
    return colours[place];
  }

  /** The place of the colour with the least squared distance in RGB; the first of several. */
  public int nearest(int colour) {
    int best = 0;
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < colours.length && least > 0; i++) {
      int distance = squaredDistance(colours[i], colour);
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  /** Of two colours 0xrrggbb: 0 to 3 * 255 * 255. */
  public static int squaredDistance(int a, int b) {
    int red = (a >> 16 & 255) - (b >> 16 & 255);
    int green = (a >> 8 & 255) - (b >> 8 & 255);
    int blue = (a & 255) - (b & 255);
    return red * red + green * green + blue * blue;
  }

  /** The colours 0xrrggbb of a picture of places: [pixels]. */
  public int[] colours(byte[] picture) {
    int[] found = new int[picture.length];
    for (int i = 0; i < picture.length; i++) {
      found[i] = colours[picture[i] & 255];
    }
    return found;
  }
}
