package dev.weir.bench.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServiceProcessTest {
  @TempDir Path folder = Path.of("");

  private ServiceProcess process(String name, String script, Spawner spawner) {
    return new ServiceProcess(
        name,
        List.of("sh", "-c", "cd '%s' && %s".formatted(folder, script)),
        Map.of(),
        folder.resolve(name + ".log"),
        spawner);
  }

  @Test
  void oneThatEndedIsStartedAgainWhileAnotherIsWaitedForThatNeedsIt() throws Exception {
    try (Spawner spawner = new Spawner()) {
      ServiceProcess needing =
          process(
              "needing",
              "until test -e there; do sleep 0.05; done; echo needing is ready; sleep 600",
              spawner);
      ServiceProcess ending =
          process(
              "ending",
              "if test -e tried; then touch there; else touch tried; echo taken; exit 1; fi;"
                  + " echo ending is ready; sleep 600",
              spawner);
      needing.start();
      ending.start();
      ServiceProcess.awaitReady(List.of(needing, ending));
      assertThat(needing.isReady()).isTrue();
      assertThat(needing.unexpectedEnds()).isZero();
      assertThat(ending.unexpectedEnds()).isEqualTo(1);
    }
  }
}
