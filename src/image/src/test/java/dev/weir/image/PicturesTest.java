package dev.weir.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

final class PicturesTest {
  private static final int INDEXED = 3; // colour types in the header
  private static final int RGB = 2;

  private static RgbPicture noise(int width, int height) {
    return new RgbPicture(
        width, height, new Random(4).ints((long) width * height, 0, 1 << 24).toArray());
  }

  @Test
  void coloursAreReadAsTheyWereWritten() {
    for (int[] size : new int[][] {{1, 1}, {16, 16}, {7, 3}, {1024, 2}, {2, 1024}}) {
      RgbPicture picture = noise(size[0], size[1]);
      byte[] png = Pictures.png(picture);
      assertThat(Pictures.read(png)).isEqualTo(picture);
      assertThat(png[25]).isEqualTo((byte) RGB);
      assertThat(ByteBuffer.wrap(png).getInt(16)).isEqualTo(size[0]);
      assertThat(ByteBuffer.wrap(png).getInt(20)).isEqualTo(size[1]);
    }
  }

  @Test
  void placesBecomeAPngWithThePalette() {
    Random random = new Random(6);
    for (int size : new int[] {1, 2, 16, 17, 256}) {
      Palette palette = new Palette(random.ints(size, 0, 1 << 24).toArray());
      byte[] places = new byte[12 * 20];
      for (int i = 0; i < places.length; i++) {
        places[i] = (byte) random.nextInt(size);
      }
      byte[] png = Pictures.png(palette, 12, places);
      assertThat(png[24]).isEqualTo((byte) 8);
      assertThat(png[25]).isEqualTo((byte) INDEXED);
      RgbPicture read = Pictures.read(png);
      assertThat(read.width()).isEqualTo(12);
      assertThat(read.height()).isEqualTo(20);
      assertThat(read.colours()).isEqualTo(palette.colours(places));
      assertThat(read).isEqualTo(RgbPicture.of(palette, 12, places));
    }
  }

  @Test
  void placesThatAreNoPictureAreRefused() {
    Palette palette = new Palette(1, 2, 3);
    assertThatThrownBy(() -> Pictures.png(palette, 2, new byte[] {0, 1, 2, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("place 3 is not in a palette of 3 colours");
    assertThatThrownBy(() -> Pictures.png(palette, 2, new byte[3]))
        .hasMessage("3 pixels are no whole rows of 2");
    assertThatThrownBy(() -> Pictures.png(palette, 0, new byte[3]))
        .hasMessage("a picture has pixels, but this is 0 x 0");
    assertThatThrownBy(() -> new RgbPicture(2, 2, new int[3])).hasMessageContaining("4 pixels");
    assertThatThrownBy(() -> new RgbPicture(1 << 20, 1 << 20, new int[0]))
        .hasMessageContaining("larger than 16777216 pixels");
  }

  @Test
  void greysKeepTheirValuesAndWhatIsTransparentLiesOverWhite() throws IOException {
    BufferedImage grey = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setPixels(0, 0, 2, 1, new int[] {128, 7});
    assertThat(Pictures.read(png(grey)).colours()).containsExactly(0x808080, 0x070707);
    BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setPixels(0, 0, 2, 1, new int[] {0x80ff, 0xfe00});
    assertThat(Pictures.read(png(deep)).colours()).containsExactly(0x808080, 0xfefefe);
    BufferedImage veiled = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    veiled.setRGB(0, 0, 3, 1, new int[] {0x00123456, 0xff123456, 0x80ff0000}, 0, 3);
    assertThat(Pictures.read(png(veiled)).colours())
        .containsExactly(0xffffff, 0x123456, 0xff7f7f); // 255 * (255 - 128) / 255 = 127
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", bytes)).isTrue();
    return bytes.toByteArray();
  }

  @Test
  void whatIsNoPngIsRefused() {
    for (byte[] bytes :
        new byte[][] {{}, {(byte) 0x89, 'P'}, "GIF89a picture".getBytes(StandardCharsets.UTF_8)}) {
      assertThatThrownBy(() -> Pictures.read(bytes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "This is no PNG: it does not begin as one. Save the picture as PNG and send that"
                  + " file.");
    }
  }

  /** There are no pixels in the file: to say so the reader would have to look for them. */
  @Test
  void aPictureThatIsTooLargeIsRefusedByItsHeader() {
    byte[] header = Arrays.copyOf(Pictures.png(noise(8, 8)), 33);
    for (int[] size : new int[][] {{1025, 1}, {1, 1025}, {2_000_000_000, 2_000_000_000}}) {
      assertThatThrownBy(() -> Pictures.read(withSize(header, size[0], size[1])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "The picture has %d x %d pixels, and at most 1024 x 1024 are read. Make it smaller."
                  .formatted(size[0], size[1]));
    }
    assertThatThrownBy(() -> Pictures.read(withSize(header, 0, 5)))
        .hasMessageContaining("broken: its header says that it is 0 x 5");
    assertThatThrownBy(() -> Pictures.read(withSize(header, -1, 5)))
        .hasMessageContaining("broken: its header says that it is -1 x 5");
    assertThat(Pictures.read(Pictures.png(noise(1024, 1024)))).isEqualTo(noise(1024, 1024));
  }

  /** Depths, kinds of colour, and so on that are not there, or not those of the pixels. */
  @Test
  void aPngWithAnotherHeaderIsReadOrRefused() {
    byte[] png = Pictures.png(new Palette(1, 2, 3), 8, new byte[64]);
    int refused = 0;
    for (int at = 24; at < 29; at++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = png.clone();
        changed[at] = (byte) value;
        try {
          assertThat(Pictures.read(withSize(changed, 8, 8)).width()).isEqualTo(8);
        } catch (IllegalArgumentException e) {
          assertThat(e).hasMessageContaining("The PNG is broken");
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }

  /** The chunk of the palette lies behind the header's 33 bytes and is as long as 3 colours. */
  @Test
  void aPngWithoutThePaletteOfItsPixelsIsBroken() {
    byte[] png = Pictures.png(new Palette(1, 2, 3), 8, new byte[64]);
    assertThat(new String(png, 37, 4, StandardCharsets.US_ASCII)).isEqualTo("PLTE");
    byte[] without = new byte[png.length - 21];
    System.arraycopy(png, 0, without, 0, 33);
    System.arraycopy(png, 33 + 21, without, 33, without.length - 33);
    assertThatThrownBy(() -> Pictures.read(without))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The PNG is broken: its pixels cannot be read.");
  }

  private static byte[] withSize(byte[] png, int width, int height) {
    byte[] bytes = png.clone();
    CRC32 crc = new CRC32();
    crc.update(ByteBuffer.wrap(bytes).putInt(16, width).putInt(20, height).array(), 12, 17);
    ByteBuffer.wrap(bytes).putInt(29, (int) crc.getValue());
    return bytes;
  }

  @Test
  void aPngThatIsCutAnywhereIsBroken() {
    byte[] png = Pictures.png(noise(8, 8));
    for (int length = 8; length < png.length; length++) {
      byte[] cut = Arrays.copyOf(png, length);
      assertThatThrownBy(() -> Pictures.read(cut))
          .as("%d of %d bytes", length, png.length)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("The PNG is broken")
          .hasMessageEndingWith("Save it again and send the whole file.");
    }
  }

  @Test
  void aPngWithAnyByteChangedIsRefused() {
    byte[] png = Pictures.png(noise(8, 8));
    for (int i = 0; i < png.length; i++) {
      byte[] changed = png.clone();
      changed[i] ^= 0x10;
      assertThatThrownBy(() -> Pictures.read(changed))
          .as("byte %d of %d", i, png.length)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Its checksums are right, but there are fewer pixels than the header says. */
  @Test
  void aPngThatLacksPixelsIsBroken() {
    byte[] png = withSize(Pictures.png(noise(8, 8)), 8, 9);
    assertThatThrownBy(() -> Pictures.read(png))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The PNG is broken: its pixels cannot be read.");
  }

  @Test
  void anEnlargedPixelIsASquare() {
    RgbPicture enlarged = new RgbPicture(2, 2, new int[] {1, 2, 3, 4}).enlarged(3);
    assertThat(enlarged.width()).isEqualTo(6);
    assertThat(enlarged.height()).isEqualTo(6);
    int[] top = {1, 1, 1, 2, 2, 2};
    int[] bottom = {3, 3, 3, 4, 4, 4};
    for (int y = 0; y < 6; y++) {
      for (int x = 0; x < 6; x++) {
        assertThat(enlarged.colour(x, y)).isEqualTo((y < 3 ? top : bottom)[x]);
      }
    }
    assertThat(noise(5, 4).enlarged(1)).isEqualTo(noise(5, 4));
    assertThatThrownBy(() -> noise(1, 1).enlarged(0)).hasMessageContaining("not 0");
    assertThatThrownBy(() -> noise(9, 9).enlarged(1 << 30)).hasMessageContaining("larger than");
  }
}
