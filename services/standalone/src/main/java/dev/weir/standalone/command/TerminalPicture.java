package dev.weir.standalone.command;

import dev.weir.image.RgbPicture;
import java.io.PrintWriter;

/** A picture as characters: each is two pixels, one above the other, in 24-bit colours. */
final class TerminalPicture {
  private static final String UPPER_HALF = "\u2580";
  private static final String RESET = "\u001b[0m";

  private TerminalPicture() {}

  /**
   * Prints it.
   *
   * @param side columns of characters: a pixel of each is shown
   */
  static void print(RgbPicture picture, int side, PrintWriter terminal) {
    int step = Math.max(1, picture.width() / Math.max(1, side));
    for (int y = 0; y + step < picture.height(); y += 2 * step) {
      StringBuilder line = new StringBuilder();
      for (int x = 0; x < picture.width(); x += step) {
        line.append(colour(38, picture.colour(x, y)))
            .append(colour(48, picture.colour(x, y + step)))
            .append(UPPER_HALF);
      }
      terminal.println(line.append(RESET));
    }
  }

  /** ISO 8613-6: 38 of the character, 48 of what is behind it. */
  private static String colour(int place, int rgb) {
    return "\u001b[%d;2;%d;%d;%dm".formatted(place, rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255);
  }
}
