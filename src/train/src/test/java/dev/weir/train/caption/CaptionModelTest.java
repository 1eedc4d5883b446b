package dev.weir.train.caption;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.train.TrainedWeights;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trained model that is part of the build. */
final class CaptionModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** Else the network would read ids that it has not learned. */
  @Test
  void itsTokenizerIsTheOneThatIsLearned() throws IOException {
    assertThat(JSON.readTree(CaptionModel.content("tokenizer.json")))
        .isEqualTo(CaptionTokenizer.json(CaptionTokenizer.pairs()));
  }

  @Test
  void whatIsDamagedIsPutThereAnewAndWhatIsWholeIsLeft() throws IOException {
    CaptionModel.unpack(folder);
    FileTime before = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
    Path weights = folder.resolve(TrainedWeights.FILE);
    Path config = folder.resolve("config.json");
    Files.setLastModifiedTime(config, before);
    Files.writeString(weights, "damaged");

    CaptionModel.unpack(folder);

    assertThat(Files.getLastModifiedTime(config)).isEqualTo(before);
    assertThat(Files.readAllBytes(weights)).isEqualTo(CaptionModel.content(TrainedWeights.FILE));
    assertThat(Files.list(folder)).hasSize(CaptionModel.FILES.size());
    assertThat(Files.size(weights)).isLessThan(4_000_000);
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(checkpoint.name()).isNotEmpty();
    }
  }

  /** On a tenth of the captions that its figures are of. */
  @Test
  void itCompletesCaptionsAsItsFiguresSay() throws IOException {
    JsonNode figures = JSON.readTree(CaptionModel.content("figures.json"));
    CaptionModel.unpack(folder);
    Map<String, Double> found = new CaptionReport(Use.TEST_PICTURES, 1, 100).completed(folder);
    for (String name : new String[] {"completed_sampled", "completed_greedy"}) {
      double share = figures.path(name).asDouble();
      assertThat(share).as(name).isPositive();
      // five standard deviations of a share of 100, and one caption
      double tolerance = 5 * Math.sqrt(share * (1 - share) / 100) + 0.01;
      assertThat(found.get(name)).as(name).isGreaterThan(share - tolerance);
    }
  }
}
