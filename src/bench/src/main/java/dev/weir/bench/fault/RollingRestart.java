package dev.weir.bench.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Every process is stopped in order and started again: one broker, worker and gateway at a time.
 */
final class RollingRestart {
  /** What an orchestrator would give a process before it kills it, and less. */
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(20);

  private final Scene scene;
  private final Cluster cluster;
  private final Tally tally;

  RollingRestart(Scene scene) {
    this.scene = scene;
    this.cluster = scene.cluster();
    this.tally = scene.tally();
  }

  /** True if all were stopped in order. */
  boolean run() throws InterruptedException {
    for (ServiceProcess process : cluster.all()) {
      process.awaitReady();
    }
    tally.rolling(true);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < FaultPlan.WORKERS; i++) {
        new BrokerFaults(scene).awaitInSync();
        List<Future<Boolean>> steps = new ArrayList<>();
        for (List<ServiceProcess> tier :
            List.of(cluster.brokers(), cluster.workers(), cluster.gateways())) {
          if (i < tier.size()) {
            ServiceProcess process = tier.get(i);
            Callable<Boolean> restart = () -> restart(process);
            steps.add(threads.submit(restart));
          }
        }
        for (Future<Boolean> step : steps) {
          step.get();
        }
      }
      return true;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof FaultException known
          ? known
          : new FaultException("a rolling restart failed: " + e.getCause(), e);
    } finally {
      tally.rolling(false);
    }
  }

  private boolean restart(ServiceProcess process) throws InterruptedException {
    tally.note("rolling-restart stops " + process.name());
    @Nullable Duration took = process.terminate(DRAIN_LIMIT);
    if (took == null) {
      throw new FaultException(
          "%s does not end within %d s of a SIGTERM; its log is %s"
              .formatted(process.name(), DRAIN_LIMIT.toSeconds(), process.log()));
    }
    tally.drained(took.toMillis());
    process.restart();
    tally.note("rolling-restart " + process.name() + " is back");
    return true;
  }
}
