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
    assertThat(linesOf(Exiting.class)).containsExactly("first call ends");
  }

  @Test
  void whatItsOwnerClosesAtExitGoesOnUntilThen() throws Exception {
    assertThat(linesOf(ClosingInOrder.class)).containsExactly("closed");
  }

  /** What a process that exits with 7 prints. */
  private static List<String> linesOf(Class<?> main) throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    Process process =
        new ProcessBuilder(
                java,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader()) {
      List<String> lines = output.lines().toList();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(7);
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  /** A process whose engine makes calls all the time, until a shutdown hook stops and awaits it. */
  static final class ClosingInOrder {
    private static volatile boolean stop;

    private ClosingInOrder() {}

    public static void main(String[] arguments) throws InterruptedException {
      ExitGate.openedInOrder();
      CountDownLatch begun = new CountDownLatch(1);
      Thread engine =
          new Thread(() -> {
            while (!stop) {
              ExitGate.callInOrder(() -> true);
              begun.countDown();
            }
            ExitGate.closedInOrder();
            System.out.println("closed");
          });
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                try {
                  // as long as a worker lets its requests go on
                  assertThat(new CountDownLatch(1).await(3, TimeUnit.SECONDS)).isFalse();
                  stop = true;
                  engine.join();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }));
      engine.start();
      begun.await();
      System.exit(7);
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
