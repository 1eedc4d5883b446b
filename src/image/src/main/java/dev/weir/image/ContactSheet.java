package dev.weir.image;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;

/**
 * Pictures of one size side by side on white, row by row.
 *
 * @param columns pictures in a row; 1 or more
 * @param gap pixels between pictures and around them
 * @param scale factor by which each is enlarged; 1 or more
 * @param columnLabels above the first row, one for each column, or none; what is too long is cut
 * @param rowLabels left of each row, one for each, or none
 */
public record ContactSheet(
    int columns, int gap, int scale, List<String> columnLabels, List<String> rowLabels) {
  private static final int WHITE = 0xffffff;
  private static final int TEXT_SIZE = 12; // pixels
  private static final Color TEXT = new Color(0x333333);

  static {
    // A sheet is a file: no window system is asked for its fonts.
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
  }

  /**
   * A sheet.
   *
   * @throws IllegalArgumentException if a number is too small, or columns and labels do not fit
   */
  public ContactSheet {
    columnLabels = List.copyOf(columnLabels);
    rowLabels = List.copyOf(rowLabels);
    if (columns < 1 || gap < 0 || scale < 1) {
      throw new IllegalArgumentException(
          "a sheet has at least 1 column, a gap of 0 and a scale of 1, not %d, %d and %d"
              .formatted(columns, gap, scale));
    }
    if (!columnLabels.isEmpty() && columnLabels.size() != columns) {
      throw new IllegalArgumentException(
          "%d labels for %d columns".formatted(columnLabels.size(), columns));
    }
  }

  /** Without labels. */
  public ContactSheet(int columns, int gap, int scale) {
    this(columns, gap, scale, List.of(), List.of());
  }

  /**
   * The sheet of pictures; it ends with their last row.
   *
   * @throws IllegalArgumentException if there are none, they differ in size, there are not as many
   *     rows as labels for them, or it becomes larger than a picture may be
   */
  public RgbPicture of(List<RgbPicture> pictures) {
    if (pictures.isEmpty()) {
      throw new IllegalArgumentException("a sheet of no pictures");
    }
    int rows = (pictures.size() + columns - 1) / columns;
    if (!rowLabels.isEmpty() && rowLabels.size() != rows) {
      throw new IllegalArgumentException("%d labels for %d rows".formatted(rowLabels.size(), rows));
    }
    long cellWidth = (long) pictures.getFirst().width() * scale;
    long cellHeight = (long) pictures.getFirst().height() * scale;
    int left = rowLabels.isEmpty() ? 0 : gap + rowLabelsWidth();
    int top = columnLabels.isEmpty() ? 0 : gap + lineHeight();
    long width = left + gap + columns * (cellWidth + gap);
    long height = top + gap + rows * (cellHeight + gap);
    RgbPicture.checkSize(width, height);
    int[] colours = new int[(int) (width * height)];
    Arrays.fill(colours, WHITE);
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      if (picture.width() != pictures.getFirst().width()
          || picture.height() != pictures.getFirst().height()) {
        throw new IllegalArgumentException(
            "%s and %s on one sheet".formatted(pictures.getFirst(), picture));
      }
      int x = left + gap + i % columns * (int) (cellWidth + gap);
      int y = top + gap + i / columns * (int) (cellHeight + gap);
      put(picture.enlarged(scale), colours, y * (int) width + x, (int) width);
    }
    RgbPicture sheet = new RgbPicture((int) width, (int) height, colours);
    return columnLabels.isEmpty() && rowLabels.isEmpty()
        ? sheet
        : labelled(sheet, left, top, (int) cellWidth, (int) cellHeight);
  }

  private static void put(RgbPicture picture, int[] colours, int at, int width) {
    int[] from = picture.colours();
    for (int y = 0; y < picture.height(); y++) {
      System.arraycopy(from, y * picture.width(), colours, at + y * width, picture.width());
    }
  }

  private RgbPicture labelled(RgbPicture sheet, int left, int top, int cellWidth, int cellHeight) {
    BufferedImage image = Pictures.image(sheet);
    Graphics2D graphics = graphics(image);
    FontMetrics metrics = graphics.getFontMetrics();
    for (int c = 0; c < columnLabels.size(); c++) {
      int x = left + gap + c * (cellWidth + gap);
      graphics.setClip(x, 0, cellWidth, top + gap);
      graphics.drawString(columnLabels.get(c), x, gap + metrics.getAscent());
    }
    graphics.setClip(null);
    for (int r = 0; r < rowLabels.size(); r++) {
      int middle = top + gap + r * (cellHeight + gap) + cellHeight / 2;
      int baseline = middle + (metrics.getAscent() - metrics.getDescent()) / 2;
      graphics.drawString(rowLabels.get(r), gap, baseline);
    }
    graphics.dispose();
    int width = sheet.width();
    int height = sheet.height();
    return new RgbPicture(width, height, image.getRGB(0, 0, width, height, null, 0, width));
  }

  private int rowLabelsWidth() {
    FontMetrics metrics = metrics();
    return rowLabels.stream().mapToInt(metrics::stringWidth).max().orElse(0);
  }

  private static int lineHeight() {
    FontMetrics metrics = metrics();
    return metrics.getAscent() + metrics.getDescent();
  }

  private static FontMetrics metrics() {
    Graphics2D graphics = graphics(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
    FontMetrics metrics = graphics.getFontMetrics();
    graphics.dispose();
    return metrics;
  }

  private static Graphics2D graphics(BufferedImage image) {
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, TEXT_SIZE));
    graphics.setColor(TEXT);
    return graphics;
  }
}
