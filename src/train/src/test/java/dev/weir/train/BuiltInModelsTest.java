package dev.weir.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.image.portrait.PortraitDesign;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.train.TrainingOptions.Length;
import dev.weir.train.judge.Judge;
import dev.weir.train.judge.JudgeConfig;
import dev.weir.train.portrait.PortraitFamily;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class BuiltInModelsTest {
  @Test
  void theJudgeReadsWhatItHasNotLearnedFrom() throws IOException {
    Judge judge =
        new Judge(
            JudgeConfig.portraits(TrainingPortraits.attributeValues(PortraitDesign.builtIn())));
    try (BuiltInModels files = BuiltInModels.open("judge");
        TrainableModule module =
            Evaluation.open(
                judge,
                PortraitFamily.JUDGE.options(new Length.Steps(1), 1, false),
                TrainedWeights.read(files.folder().resolve(TrainedWeights.FILE)))) {
      Map<String, HostTensor.Integers> batch =
          PortraitFamily.JUDGE.portraits(Use.TEST_PICTURES, 3).at(0);
      int[][] read = judge.recognise(module, Objects.requireNonNull(batch.get(Judge.PIXELS)));
      int[] truth = Objects.requireNonNull(batch.get(Judge.ATTRIBUTES)).values();
      int right = 0;
      for (int i = 0; i < truth.length; i++) {
        right += read[i / 17][i % 17] == truth[i] ? 1 : 0;
      }
      assertThat((double) right / truth.length).isGreaterThan(0.97);
    }
  }

  @Test
  void itsFilesAreNobodyElsesAndGoWithIt() throws IOException {
    Path folder;
    try (BuiltInModels files = BuiltInModels.open("judge")) {
      folder = files.folder();
      assertThat(folder.resolve("recipe.json")).isNotEmptyFile();
      assertThat(Files.getPosixFilePermissions(folder))
          .containsExactlyInAnyOrder(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE);
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  void aNetworkThatIsNotThereIsNamed() {
    assertThat(BuiltInModels.has("judge")).isTrue();
    assertThat(BuiltInModels.has("cat")).isFalse();
    assertThatThrownBy(() -> BuiltInModels.open("cat"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'cat'");
  }
}
