package dev.weir.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures as PNG (ISO/IEC 15948), written and read by the JDK. */
public final class Pictures {
  /** Of a picture that is read: pixels of its width, and of its height. */
  public static final int MAX_SIDE = 1024;

  private Pictures() {}

  /**
   * A PNG with a palette, eight bits a pixel.
   *
   * @param places in the palette, row by row: [height * width]
   * @throws IllegalArgumentException if they are no whole rows, or the palette lacks a place
   */
  public static byte[] png(Palette palette, int width, byte[] places) {
    int height = rows(palette, width, places);
    byte[] red = new byte[palette.size()];
    byte[] green = new byte[palette.size()];
    byte[] blue = new byte[palette.size()];
    for (int i = 0; i < red.length; i++) {
      red[i] = (byte) (palette.colour(i) >> 16);
      green[i] = (byte) (palette.colour(i) >> 8);
      blue[i] = (byte) palette.colour(i);
    }
    BufferedImage image =
        new BufferedImage(
            width,
            height,
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, red.length, red, green, blue));
    image.getRaster().setDataElements(0, 0, width, height, places);
    return written(image);
  }

  /** A PNG of eight bits for each of red, green and blue. */
  public static byte[] png(RgbPicture picture) {
    return written(image(picture));
  }

  /**
   * A PNG of eight bits for each of red, green, blue and alpha.
   *
   * @param argb 0xaarrggbb, row by row: [height * width]
   * @throws IllegalArgumentException if they are no whole rows
   */
  public static byte[] transparentPng(int width, int[] argb) {
    RgbPicture.checkSize(width, width < 1 ? 0 : argb.length / width);
    if (argb.length % width != 0) {
      throw new IllegalArgumentException(
          "%d pixels are no whole rows of %d".formatted(argb.length, width));
    }
    int height = argb.length / width;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, width, height, argb, 0, width);
    return written(image);
  }

  static BufferedImage image(RgbPicture picture) {
    int width = picture.width();
    BufferedImage image = new BufferedImage(width, picture.height(), BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, picture.height(), picture.colours(), 0, width);
    return image;
  }

  /** How many rows places are. */
  static int rows(Palette palette, int width, byte[] places) {
    RgbPicture.checkSize(width, width < 1 ? 0 : places.length / width);
    if (places.length % width != 0) {
      throw new IllegalArgumentException(
          "%d pixels are no whole rows of %d".formatted(places.length, width));
    }
    for (byte place : places) {
      if ((place & 255) >= palette.size()) {
        throw new IllegalArgumentException(
            "place %d is not in a palette of %d colours".formatted(place & 255, palette.size()));
      }
    }
    return places.length / width;
  }

  private static byte[] written(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // In memory: of a plain stream ImageIO would make a file in the temporary folder.
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", out)) {
        throw new IllegalStateException("this JDK writes no PNG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a PNG of any kind. Of 16 bits the upper 8 are taken; what is transparent lies over white.
   *
   * @throws IllegalArgumentException if it is no PNG, is broken, or is wider or higher than {@link
   *     #MAX_SIDE}; the message says what to do
   */
  public static RgbPicture read(byte[] png) {
    PngChunks.check(png);
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(png))) {
      reader.setInput(in, true, true); // texts beside the pixels may be long, and are skipped
      return colours(reader.read(0));
    } catch (IOException | RuntimeException e) { // whichever it is, the bytes are at fault
      throw new IllegalArgumentException(
          "The PNG is broken: its pixels cannot be read. Save it again and send the whole file.",
          e);
    } finally {
      reader.dispose();
    }
  }

  private static RgbPicture colours(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] colours = new int[width * height];
    Raster raster = image.getRaster();
    boolean indexed = image.getColorModel() instanceof IndexColorModel;
    int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
    int[] samples = new int[raster.getNumBands()];
    for (int i = 0; i < colours.length; i++) {
      int x = i % width;
      int y = i / width;
      // Not getRGB of all: it takes greys for linear light, and makes them lighter.
      colours[i] =
          overWhite(indexed ? image.getRGB(x, y) : argb(raster.getPixel(x, y, samples), shift));
    }
    return new RgbPicture(width, height, colours);
  }

  /** Of grey, grey and alpha, red, green and blue, or these and alpha. */
  private static int argb(int[] samples, int shift) {
    int bands = samples.length;
    int alpha = bands % 2 == 0 ? samples[bands - 1] >> shift : 255;
    int red = samples[0] >> shift;
    int green = bands < 3 ? red : samples[1] >> shift;
    int blue = bands < 3 ? red : samples[2] >> shift;
    return alpha << 24 | red << 16 | green << 8 | blue;
  }

  private static int overWhite(int argb) {
    int alpha = argb >>> 24;
    int white = 255 * (255 - alpha);
    int red = ((argb >> 16 & 255) * alpha + white + 127) / 255;
    int green = ((argb >> 8 & 255) * alpha + white + 127) / 255;
    int blue = ((argb & 255) * alpha + white + 127) / 255;
    return red << 16 | green << 8 | blue;
  }
}
