package dev.weir.bench.stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code src/docs/scaling.md} claims follows from what it assumes. */
final class ScalingDocumentTest {
  /** The document's assumptions for a million streams and for one cell. */
  private static final Sizing MILLION =
      new Sizing(1_000_000, 20, 70, 30, 600, 10_000, 1000, 256, 16_384, 72);

  private static final Sizing CELL =
      new Sizing(16_384, 20, 70, 30, 600, 10_000, 1000, 256, 16_384 / 4, 72);

  private static final Map<String, List<String>> ROWS = new HashMap<>();

  @BeforeAll
  static void read() throws IOException {
    for (String line : Files.readAllLines(Path.of("../docs/scaling.md"))) {
      if (line.startsWith("| ")) {
        List<String> cells = new ArrayList<>();
        for (String cell : line.substring(1).split("\\|")) {
          cells.add(cell.strip());
        }
        ROWS.put(cells.getFirst(), cells);
      }
    }
  }

  @Test
  void theTableOfAMillionStreamsAndOfACellIsWhatTheAssumptionsGive() {
    Map<String, String> million = MILLION.table();
    Map<String, String> cell = CELL.table();
    assertThat(million).isNotEmpty();
    million.forEach((name, value) ->
        assertThat(ROWS.get(name)).as(name).containsExactly(name, value, cell.get(name)));
  }

  @Test
  void theTableOfWhatIsReadIsWhatTheFormulaGives() {
    for (int partitions : new int[] {1024, 32_768}) {
      List<String> row =
          ROWS.get(String.format(Locale.ROOT, "a million streams, %,d partitions", partitions));
      assertThat(row).as("%d partitions", partitions).isNotNull();
      assertThat(Double.parseDouble(requireNonNull(row).get(1).replace(",", "")))
          .isCloseTo(MILLION.readAmplification(partitions), within(0.5));
    }
    List<String> cell = ROWS.get("one cell, 64 partitions");
    assertThat(Double.parseDouble(requireNonNull(cell).get(1)))
        .isCloseTo(CELL.readAmplification(64), within(0.5));
  }
}
