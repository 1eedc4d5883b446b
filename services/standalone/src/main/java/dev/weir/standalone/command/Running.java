package dev.weir.standalone.command;

import dev.weir.standalone.ServiceStack;
import java.util.concurrent.CountDownLatch;

/**
 * A command that runs until it is told to stop (Ctrl-C, SIGTERM), and then closes everything in
 * order.
 */
final class Running {
  private final ServiceStack stack = new ServiceStack();
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile int exitCode;

  Running() {
    Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "weir-shutdown"));
  }

  ServiceStack stack() {
    return stack;
  }

  /** Ends {@link #await} with this exit code. */
  void stop(int code) {
    exitCode = code;
    stop.countDown();
  }

  /** Waits until somebody stops the command, closes and returns the exit code. */
  int await() throws InterruptedException {
    stop.await();
    stack.close();
    return exitCode;
  }
}
