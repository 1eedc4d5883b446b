package dev.weir.bench.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.train.portrait.PortraitFamily;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class SpeedBenchmarkTest {
  @Test
  @Timeout(180)
  void withoutAPeerItStillTellsWhatWeirDoes() throws Exception {
    StringWriter out = new StringWriter();
    SpeedOptions options =
        new SpeedOptions(List.of(PortraitFamily.VAE), null, 1, 1, 1, Optional.empty(), null);
    List<BenchmarkResult> results =
        new SpeedBenchmark(options).run(new PrintWriter(out), BenchProgress.NONE);
    assertThat(results.stream().map(BenchmarkResult::name))
        .containsExactly("image.vae.b1", "image.vae.b16", "image.vae.train");
    assertThat(results).allMatch(result -> result.value() > 0 && result.peer() == null);
    assertThat(out.toString()).contains("install-pytorch.sh", "image.vae.b16");
  }
}
