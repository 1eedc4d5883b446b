package dev.weir.standalone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelSourceTest {
  @TempDir Path data;
  private ModelStore store; // set before each test

  @BeforeEach
  void open() {
    store = new ModelStore(data);
  }

  @Test
  void theModelThatIsPartOfWeirIsThereWhenItIsNamed() {
    assertThat(data).isEmptyDirectory();
    ModelSource source = ModelSource.resolve("captions", store);
    assertThat(source.name()).isEqualTo("captions");
    try (Checkpoint checkpoint = Checkpoints.open(source.path())) {
      assertThat(checkpoint.tokenizer()).isNotNull();
    }
    assertThat(store.names()).isEmpty(); // it is none of those that were put here
  }

  @Test
  void aModelThatWasPutHereWinsOverIt() throws IOException {
    Path own = Files.createDirectories(data.resolve("models/captions"));
    Files.writeString(own.resolve("config.json"), "{}");
    assertThat(ModelSource.resolve("captions", store).path()).isEqualTo(own);
    assertThat(data.resolve("built-in")).doesNotExist();
  }

  @Test
  void whatIsNotHereIsSaidHowToGet() {
    assertThatThrownBy(() -> ModelSource.resolve("smollm2", store))
        .isInstanceOf(PullException.class)
        .hasMessageContaining("weir pull smollm2");
  }

  @Test
  void whereItCannotBeWrittenIsSaid() throws IOException {
    Files.writeString(data.resolve("built-in"), "a file");
    assertThatThrownBy(() -> ModelSource.resolve("captions", store))
        .isInstanceOf(PullException.class)
        .hasMessageContaining("cannot be written");
  }
}
