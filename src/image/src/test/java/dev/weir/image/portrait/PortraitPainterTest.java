package dev.weir.image.portrait;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
      int compared = compare(file);
      assertThat(compared).isGreaterThanOrEqualTo(500);
    }
  }

  private int compare(InputStream file) throws IOException {
    PortraitPainter painter = new PortraitPainter(design);
    int compared = 0;
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(new GZIPInputStream(file)))) {
      while (true) {
        int first = in.read();
        if (first < 0) {
          return compared;
        }
        int[] values = new int[design.attributes().size()];
        values[0] = first;
        for (int i = 1; i < values.length; i++) {
          values[i] = in.readUnsignedByte();
        }
        byte[] expected = in.readNBytes(256);
        Portrait portrait = Portrait.of(design, values);
        assertThat(painter.draw(portrait)).as("%s", portrait).isEqualTo(expected);
        compared++;
      }
    }
  }
}
