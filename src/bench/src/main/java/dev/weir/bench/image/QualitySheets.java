package dev.weir.bench.image;

import dev.weir.bench.image.Neighbours.Neighbour;
import dev.weir.image.ContactSheet;
import dev.weir.image.Pictures;
import dev.weir.image.RgbPicture;
import dev.weir.image.portrait.PortraitDesign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Pictures of what was drawn: the first ones, as they came. */
final class QualitySheets {
  private static final int COLUMNS = 12;
  private static final int LINES = 6; // between two portraits
  private static final int STEPS = 8;
  private static final int SCALE = 4;
  private static final int GAP = 4;

  private final QualityData data;
  private final Path folder;

  QualitySheets(QualityData data, Path folder) {
    this.data = data;
    this.folder = folder;
  }

  /** Writes the sheets of a family. */
  List<Path> write(FamilyQuality.Result result, Drawer drawer) throws IOException {
    Files.createDirectories(folder);
    Sheet drawn = new Sheet();
    drawn.row("real, unseen", Captioned.pictures(data.full()));
    drawn.row("all said", result.full());
    drawn.row("half said", result.partial());
    drawn.row("nothing said", result.empty());
    if (!result.pairs().isEmpty()) {
      drawn.row("real, unseen pairs", Captioned.pictures(data.pairs()));
      drawn.row("all said", result.pairs());
    }
    Sheet copied = new Sheet();
    copied.row("nothing said", result.empty());
    copied.row(
        "nearest it learned from", result.neighbours().stream().map(Neighbour::picture).toList());
    List<Path> written = new ArrayList<>();
    written.add(drawn.write(folder.resolve(result.family() + ".png"), COLUMNS));
    written.add(copied.write(folder.resolve(result.family() + "-neighbours.png"), COLUMNS));
    if (drawer instanceof LatentDrawer latent) {
      List<byte[]> real = Captioned.pictures(data.full());
      Sheet again = new Sheet();
      again.row("real, unseen", real);
      again.row("reconstructed", latent.reconstruct(real.subList(0, COLUMNS)));
      written.add(again.write(folder.resolve(result.family() + "-reconstructed.png"), COLUMNS));
      Sheet lines = new Sheet();
      for (int i = 0; i < LINES; i++) {
        lines.row("", latent.between(real.get(2 * i), real.get(2 * i + 1), STEPS));
      }
      written.add(lines.write(folder.resolve(result.family() + "-between.png"), STEPS));
    }
    return written;
  }

  /** Rows of pictures, each with a label or none with one. */
  private final class Sheet {
    private final List<String> labels = new ArrayList<>();
    private final List<List<byte[]>> rows = new ArrayList<>();

    void row(String label, List<byte[]> pictures) {
      if (!label.isEmpty()) {
        labels.add(label);
      }
      rows.add(pictures);
    }

    Path write(Path file, int columns) throws IOException {
      List<RgbPicture> all = new ArrayList<>();
      for (List<byte[]> row : rows) {
        for (byte[] picture : row.subList(0, columns)) {
          all.add(RgbPicture.of(data.design().palette(), PortraitDesign.SIDE, picture));
        }
      }
      ContactSheet sheet = new ContactSheet(columns, GAP, SCALE, List.of(), labels);
      return Files.write(file, Pictures.png(sheet.of(all)));
    }
  }
}
