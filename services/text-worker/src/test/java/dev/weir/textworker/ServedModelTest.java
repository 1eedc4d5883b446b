package dev.weir.textworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.kernels.KernelLanguageModel;
import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.Checkpoints;
import dev.weir.text.lora.Projection;
import dev.weir.text.lora.TestingAdapter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint with adapters on the device that the settings choose. */
@Timeout(60)
final class ServedModelTest {
  @TempDir Path folder = Path.of("");

  private static Path fixture(String name) {
    return Path.of(Objects.requireNonNull(System.getProperty("weir.fixtures")), "text", name);
  }

  private Path adapter(String name, long seed) throws IOException {
    try (Checkpoint checkpoint = Checkpoints.open(fixture("llama"))) {
      return TestingAdapter.random(checkpoint.config(), seed, 4, List.of(Projection.VALUE))
          .write(folder.resolve(name));
    }
  }

  private static ServedModel load(String checkpoint, String adapters, String... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("weir.worker.model", checkpoint);
    settings.put("weir.worker.adapters", adapters);
    settings.put("weir.worker.max-context", "64");
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    try (Checkpoint opened = Checkpoints.open(fixture(checkpoint))) {
      return ServedModel.load(opened, TextWorkerConfig.load(settings));
    }
  }

  private static void refused(String said, String checkpoint, String adapters, String... more) {
    assertThatThrownBy(() -> load(checkpoint, adapters, more))
        .isInstanceOfAny(IllegalArgumentException.class, CheckpointException.class)
        .hasMessageContaining(said)
        .message()
        .hasLineCount(1);
  }

  private static void assumeKernels() {
    try (Checkpoint checkpoint = Checkpoints.open(fixture("llama"))) {
      assumeTrue(KernelLanguageModel.obstacle(checkpoint.config()).isEmpty());
    }
  }

  @Test
  void adaptersAreNumberedAsTheSettingsNameThemAndTheirDigestsTellThemApart() throws IOException {
    assumeKernels();
    String adapters = "b=%s,a.2=%s".formatted(adapter("one", 1), adapter("two, too", 2));
    ServedModel served = load("llama", adapters.replace("two, too", "two\\, too"));
    try (var model = served.model()) {
      assertThat(model.limits().adapters()).isEqualTo(2);
      assertThat(served.adapters().stream().map(ServedModel.Adapter::name))
          .containsExactly("b", "a.2");
      List<String> ids =
          served.adapters().stream()
              .map(each -> each.numericsId(model.limits().numericsId()))
              .toList();
      assertThat(ids).doesNotHaveDuplicates();
      assertThat(ids)
          .allMatch(id -> id.matches(model.limits().numericsId() + "-lora-[0-9a-f]{16}"));
    }
  }

  @Test
  void whatCannotRunThemRefusesThemAtLoad() throws IOException {
    String one = "a=" + adapter("one", 1);
    refused("backend is torch", "llama", one, "weir.worker.backend", "torch");
    refused("adapters run on the CPU kernels only", "gpt2", one);
    refused("on cuda:0", "llama", one, "weir.worker.device", "cuda:0");
  }

  @Test
  void aWrongSettingIsToldInOneLine() throws IOException {
    String one = "a=" + adapter("one", 1);
    refused("adapter 'a' must be NAME=FOLDER", "llama", "a");
    refused("adapter 'a=' must be NAME=FOLDER", "llama", "a=");
    refused("adapter 'a b=/x' must be NAME=FOLDER", "llama", "a b=/x");
    refused("adapter llama: its model or another adapter has this name", "llama", "llama=/x");
    refused("adapter a: its model or another adapter has this name", "llama", one + "," + one);
  }

  @Test
  void aWrongFolderIsToldWithTheNameOfItsAdapter() throws IOException {
    assumeKernels();
    refused("adapter a: " + folder + " has no adapter_config.json", "llama", "a=" + folder);
    refused("adapter a: ", "qwen3", "a=" + adapter("one", 1));
  }
}
