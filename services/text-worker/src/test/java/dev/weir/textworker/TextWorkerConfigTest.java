package dev.weir.textworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.torch.Precision;
import io.smallrye.config.ConfigValidationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TextWorkerConfigTest {
  @Test
  void theDefaultsAreThese() {
    TextWorkerConfig config = TextWorkerConfig.load(Map.of("weir.worker.model", "/models/m.gguf"));
    assertThat(config.model()).isEqualTo(Path.of("/models/m.gguf"));
    assertThat(config.name()).isEmpty();
    assertThat(config.worker()).isEmpty();
    assertThat(config.slots()).isEqualTo(16);
    assertThat(config.intake()).isZero();
    assertThat(TextWorker.intake(config, 4)).isEqualTo(12);
    assertThat(config.holdLimit()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.maxContext()).isZero();
    assertThat(config.precision()).isEqualTo(Precision.AUTO);
    assertThat(config.backend()).isEqualTo(Backend.AUTO);
    assertThat(config.device()).isEqualTo("cpu");
    assertThat(config.threads()).isZero();
    assertThat(config.stepTokens()).isEqualTo(512);
    assertThat(config.maxWaiting()).isEqualTo(16);
    assertThat(config.warmUpTimeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.joinTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.closeLimit()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.host()).isEqualTo("127.0.0.1");
    assertThat(config.port()).isEqualTo(8081);
    assertThat(config.adapters()).isEmpty();
  }

  @Test
  void argumentsWin() {
    TextWorkerConfig config =
        TextWorkerConfig.load(
            Map.of(
                "weir.worker.model", "m",
                "weir.worker.name", "smollm2",
                "weir.worker.precision", "bf16",
                "weir.worker.slots", "4",
                "weir.worker.intake", "3"));
    assertThat(TextWorker.intake(config, 4)).isEqualTo(3);
    assertThat(config.name()).contains("smollm2");
    assertThat(config.precision()).isEqualTo(Precision.BF16);
    assertThat(config.slots()).isEqualTo(4);
  }

  @Test
  void threadsAreANumberOrAuto() {
    assertThat(threads("auto")).isEqualTo(ThreadCount.AUTO);
    assertThat(threads("3")).isEqualTo(3);
    for (String wrong : new String[] {"all", "-1", "1.5", "99999"}) {
      assertThatThrownBy(() -> threads(wrong)).hasMessageContaining("must be auto, or 1 or more");
    }
  }

  private static int threads(String setting) {
    return TextWorkerConfig.load(Map.of("weir.worker.model", "m", "weir.worker.threads", setting))
        .threads();
  }

  @Test
  void aWorkerWithoutAModelIsToldWhichSettingIsMissing() {
    assertThatThrownBy(() -> TextWorkerConfig.load(Map.of()))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("weir.worker.model");
  }

  @Test
  void memoryIsReadWithItsUnit() {
    ByteSize sizes = new ByteSize();
    assertThat(sizes.convert("1g")).isEqualTo(1L << 30);
    assertThat(sizes.convert(" 512 MiB")).isEqualTo(512L << 20);
    assertThat(sizes.convert("77")).isEqualTo(77);
    for (String wrong : List.of("", "g", "-1g", "1.5g", "1x", "9999999999999t")) {
      assertThatThrownBy(() -> sizes.convert(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + wrong + "'");
    }
  }
}
