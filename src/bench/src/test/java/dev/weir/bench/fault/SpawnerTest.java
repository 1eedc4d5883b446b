package dev.weir.bench.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No process that a run has started is left behind, however the run ends. */
final class SpawnerTest {
  private static final List<String> SLEEP = List.of("sleep", "600");
  private static final long LIMIT_SECONDS = 30;

  @TempDir Path folder = Path.of("");

  @Test
  void whatRunsOrStandsStillIsKilledOnClose() throws Exception {
    Process running;
    Process stopped;
    try (Spawner spawner = new Spawner()) {
      running = spawner.start(SLEEP, Map.of(), folder.resolve("log"));
      stopped = spawner.start(SLEEP, Map.of(), folder.resolve("log"));
      new ProcessBuilder("kill", "-STOP", Long.toString(stopped.pid())).start().waitFor();
    }
    assertThat(running.isAlive()).isFalse();
    assertThat(stopped.isAlive()).isFalse();
  }

  @Test
  void nothingIsStartedAnyMoreBehindTheClose() {
    Spawner spawner = new Spawner();
    spawner.close();
    assertThatThrownBy(() -> spawner.start(SLEEP, Map.of(), folder.resolve("log")))
        .isInstanceOf(RuntimeException.class);
  }

  /**
   * A run as a process of its own: it tells the pids of two children, one of which stands still.
   */
  static final class Run {
    private Run() {}

    public static void main(String[] arguments) throws Exception {
      Path log = Path.of(arguments[0]);
      try (Spawner spawner = new Spawner()) {
        Process running = spawner.start(SLEEP, Map.of(), log);
        Process stopped = spawner.start(SLEEP, Map.of(), log);
        new ProcessBuilder("kill", "-STOP", Long.toString(stopped.pid())).start().waitFor();
        System.out.println(running.pid() + " " + stopped.pid());
        System.out.flush();
        Thread.sleep(600_000);
      }
    }
  }

  private void assertNoneIsLeft(boolean forcibly) throws Exception {
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Run.class.getName(),
                folder.resolve("log").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      String[] pids = run.inputReader().readLine().split(" ", -1);
      List<ProcessHandle> children =
          List.of(
              ProcessHandle.of(Long.parseLong(pids[0])).orElseThrow(),
              ProcessHandle.of(Long.parseLong(pids[1])).orElseThrow());
      if (forcibly) {
        run.destroyForcibly();
      } else {
        run.destroy();
      }
      run.waitFor();
      for (ProcessHandle child : children) {
        child.onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(child.isAlive()).isFalse();
      }
    } finally {
      run.destroyForcibly();
    }
  }

  @Test
  void aRunThatIsStoppedLeavesNoProcessBehind() throws Exception {
    assertNoneIsLeft(false);
  }

  @Test
  void aRunThatIsKilledLeavesNoProcessBehind() throws Exception {
    assumeTrue(Spawner.program("setpriv") != null, "setpriv (util-linux)");
    assertNoneIsLeft(true);
  }

  @Test
  void whatAProcessPrintsIsAddedToItsLog() throws Exception {
    Path log = folder.resolve("log");
    Files.writeString(log, "before\n");
    try (Spawner spawner = new Spawner()) {
      spawner.start(List.of("sh", "-c", "echo $WORD"), Map.of("WORD", "after"), log).waitFor();
    }
    assertThat(log).hasContent("before\nafter\n");
  }
}
