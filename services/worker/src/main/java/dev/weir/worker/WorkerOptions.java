package dev.weir.worker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * How a worker takes requests.
 *
 * @param worker its name in logs and model cards
 * @param joinTimeout how long Kafka may take to let it join before the start has failed
 * @param closeLimit how long requests may go on when it closes, before others get them
 * @param holdLimit how long a request may wait for a slot before other workers may have it
 */
public record WorkerOptions(
    String worker, Duration joinTimeout, Duration closeLimit, Duration holdLimit) {
  /** With the name that was given, or host and process id. */
  public static WorkerOptions of(
      Optional<String> worker, Duration joinTimeout, Duration closeLimit, Duration holdLimit) {
    return new WorkerOptions(
        worker.orElseGet(WorkerOptions::hostAndProcess), joinTimeout, closeLimit, holdLimit);
  }

  private static String hostAndProcess() {
    long process = ProcessHandle.current().pid();
    try {
      return InetAddress.getLocalHost().getHostName() + "-" + process;
    } catch (UnknownHostException e) { // a machine without a name of its own
      return "worker-" + process;
    }
  }
}
