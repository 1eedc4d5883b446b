package dev.weir.bench.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BusyBenchmarkTest {
  private final StringWriter printed = new StringWriter();
  private final List<String> loaded = new ArrayList<>();

  private BusyBenchmark benchmark(BusyBenchmark.Loader loader) {
    return new BusyBenchmark(loader, 2, 4, Duration.ofMillis(20));
  }

  @Test
  void everySettingIsHeldAgainstOneThreadBesideNoneAndOneAndTwoProcessesWhichEnd()
      throws Exception {
    long before = ProcessHandle.current().children().count();
    List<BenchmarkResult> results =
        benchmark(
                (slots, threads) -> {
                  loaded.add(threads);
                  return new OwnModel(new TestingModel(slots), "testing", "f32");
                })
            .run(new PrintWriter(printed), BenchProgress.NONE);

    assertThat(loaded).containsExactly("1", "2", "auto");
    assertThat(results)
        .extracting(BenchmarkResult::name)
        .containsExactly(
            "busy.p0.b4.t1",
            "busy.p0.b4.t2",
            "busy.p0.b4.tauto",
            "busy.p1.b4.t1",
            "busy.p1.b4.t2",
            "busy.p1.b4.tauto",
            "busy.p2.b4.t1",
            "busy.p2.b4.t2",
            "busy.p2.b4.tauto");
    assertThat(results).allMatch(result -> result.value() > 0);
    assertThat(results.getFirst().ratio()).isEqualTo(1);
    assertThat(printed.toString()).contains("testing, f32, batch 4", "beside 2: threads auto");
    assertThat(ProcessHandle.current().children().count()).isEqualTo(before);
  }

  @Test
  void aModelThatCannotBeLoadedClosesTheOthers() {
    List<TestingModel> models = new ArrayList<>();
    assertThatThrownBy(() ->
            benchmark(
                    (slots, threads) -> {
                      if (threads.equals("auto")) {
                        throw new IllegalArgumentException("no room");
                      }
                      models.add(new TestingModel(slots));
                      return new OwnModel(models.getLast(), "testing", "f32");
                    })
                .run(new PrintWriter(printed), BenchProgress.NONE))
        .hasMessage("no room");
    assertThat(models).hasSize(2).allMatch(TestingModel::closed);
  }
}
