package dev.weir.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.peer.LlamaCpp;
import dev.weir.bench.peer.LlamaCpp.FlashAttention;
import dev.weir.bench.peer.LlamaCpp.Variant;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServeTargetTest {
  @TempDir Path folder = Path.of("");

  @Test
  void llamaServerIsToldWithItsVersionThreadsAndSlots() throws Exception {
    Files.createDirectories(folder.resolve("bin"));
    Files.writeString(folder.resolve("bin/VERSION"), "llama-cpp-python==0.3.36\n");
    ServeTarget target =
        new ServeTarget.Llama(
            new LlamaCpp(folder),
            Variant.Q8_0,
            folder.resolve("m.gguf"),
            FlashAttention.OFF,
            16,
            144,
            2);
    assertThat(target.label()).isEqualTo("llama-server-q8_0, flash attention off");
    assertThat(target.description())
        .isEqualTo(
            "llama-server of llama-cpp-python==0.3.36, m.gguf, 2 threads, 16 slots of 256 tokens,"
                + " no prompt cache");
  }
}
