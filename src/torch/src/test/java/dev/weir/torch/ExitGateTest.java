package dev.weir.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The end of a process that is in the middle of a call into libtorch. */
class ExitGateTest {

  @Test
  void theProcessWaitsForTheCallUnderWayAndLetsNoOtherBegin() throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    Process process =
        new ProcessBuilder(
                java,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Exiting.class.getName())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader()) {
      List<String> lines = output.lines().toList();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(lines).containsExactly("first call ends");
      assertThat(process.exitValue()).isEqualTo(7);
    } finally {
      process.destroyForcibly();
    }
  }

  /** A process that exits while one of its threads goes from call to call. */
  static final class Exiting {
    private Exiting() {}

    public static void main(String[] arguments) throws InterruptedException {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch exiting = new CountDownLatch(1);
      Runtime.getRuntime().addShutdownHook(new Thread(exiting::countDown));
      Thread caller =
          new Thread(() -> {
            ExitGate.call(() -> {
              begun.countDown();
              outlast(exiting);
              System.out.println("first call ends");
              return true;
            });
            ExitGate.call(() -> {
              System.out.println("second call");
              return true;
            });
          });
      caller.start();
      begun.await();
      System.exit(7);
    }

    /** Stays in the call until well after a process without a gate would have ended. */
    private static void outlast(CountDownLatch exiting) {
      try {
        exiting.await();
        assertThat(new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS)).isFalse();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
