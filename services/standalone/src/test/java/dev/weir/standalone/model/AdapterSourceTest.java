package dev.weir.standalone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdapterSourceTest {
  private static final List<ModelSource> MODELS =
      List.of(
          new ModelSource("smollm2", Path.of("/m/s.gguf")),
          new ModelSource("qwen", Path.of("/m/q")));

  @TempDir Path folder = Path.of("");

  private void refused(String said, List<ModelSource> models, String... texts) {
    assertThatThrownBy(() -> AdapterSource.resolve(List.of(texts), models))
        .isInstanceOf(PullException.class)
        .hasMessageContaining(said)
        .message()
        .hasLineCount(1);
  }

  @Test
  void anAdapterNamesItsModelAndItsFolder() {
    assertThat(AdapterSource.resolve(List.of("sql=qwen:" + folder), MODELS))
        .containsExactly(new AdapterSource("sql", "qwen", folder));
    assertThat(AdapterSource.resolve(List.of(), List.of())).isEmpty();
  }

  @Test
  void theSettingKeepsCommasAndBackslashes() {
    assertThat(
            AdapterSource.setting(
                List.of(
                    new AdapterSource("a", "m", Path.of("/x,y\\z")),
                    new AdapterSource("b", "m", Path.of("/w")))))
        .isEqualTo("a=/x\\,y\\\\z,b=/w");
  }

  @Test
  void whatIsWrongIsToldWithWhatToDo() {
    for (String wrong : List.of("sql", "sql=", "sql=qwen", "sql=qwen:", "=qwen:/x", "sql=:/x")) {
      refused("--adapter " + wrong + ": write NAME=MODEL:FOLDER", MODELS, wrong);
    }
    refused("with letters, digits", MODELS, "a b=qwen:" + folder);
    refused("no model llama is served here, only qwen, smollm2", MODELS, "sql=llama:" + folder);
    refused("no model llama is served here; name it with --model", List.of(), "sql=llama:/x");
    refused("another model or adapter is called qwen", MODELS, "qwen=smollm2:" + folder);
    refused(
        "another model or adapter is called sql",
        MODELS,
        "sql=qwen:" + folder,
        "sql=smollm2:" + folder);
    refused("there is no folder " + folder.resolve("no"), MODELS, "a=qwen:" + folder + "/no");
  }
}
