package dev.weir.image.portrait;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Java's pictures beside the generator's own: {@code src/train/portraits/draw-pictures.mjs}. */
final class PortraitPainterTest {
  /** A file of more of them: {@code -Dweir.portraits=FILE.gz}. */
  private static final @Nullable String MORE = System.getProperty("weir.portraits");

  private final PortraitDesign design = PortraitDesign.builtIn();

  @Test
  void everyPictureEqualsTheGenerators() throws IOException {
    try (InputStream file =
        MORE == null
            ? PortraitPainterTest.class.getResourceAsStream("generated.bin.gz")
            : Files.newInputStream(Path.of(MORE))) {
      assertThat(file).isNotNull();
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(new GZIPInputStream(file)))) {
        assertThat(compare(in)).isGreaterThanOrEqualTo(500);
      }
    }
  }

  /** How many pictures there were; none differs, neither in its colours nor in its places. */
  private int compare(DataInputStream in) throws IOException {
    Map<Integer, Byte> places = new HashMap<>();
    for (int left = in.readUnsignedShort(); left > 0; left--) {
      places.put(colour(in), in.readByte());
    }
    PortraitPainter painter = new PortraitPainter(design);
    int compared = 0;
    int differentColours = 0;
    int differentPlaces = 0;
    for (int first = in.read(); first >= 0; first = in.read()) {
      Portrait portrait = portrait(first, in);
      int[] colours = new int[256];
      byte[] expected = new byte[256];
      for (int i = 0; i < colours.length; i++) {
        colours[i] = colour(in);
        expected[i] = Objects.requireNonNull(places.get(colours[i]));
      }
      differentColours += Arrays.equals(painter.colours(portrait), colours) ? 0 : 1;
      differentPlaces += Arrays.equals(painter.draw(portrait), expected) ? 0 : 1;
      compared++;
    }
    assertThat(differentColours).as("different in colours, of %d", compared).isZero();
    assertThat(differentPlaces).as("different in places, of %d", compared).isZero();
    return compared;
  }

  private Portrait portrait(int first, DataInputStream in) throws IOException {
    int[] values = new int[design.attributes().size()];
    values[0] = first;
    for (int i = 1; i < values.length; i++) {
      values[i] = in.readUnsignedByte();
    }
    return Portrait.of(design, values);
  }

  private static int colour(DataInputStream in) throws IOException {
    return in.readUnsignedByte() << 16 | in.readUnsignedShort();
  }
}
