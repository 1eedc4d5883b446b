package dev.weir.bench.serve;

import dev.weir.bench.serve.CompletionClient.Answer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Sends the requests of a load and collects what came back. */
final class LoadGenerator {
  private final CompletionClient client;
  private final List<String> prompts;
  private final AtomicInteger errors = new AtomicInteger();
  private volatile String error = "";

  private LoadGenerator(CompletionClient client, List<String> prompts) {
    this.client = client;
    this.prompts = prompts;
  }

  /**
   * Runs a load to its end.
   *
   * @param prompts one for each request
   */
  static LoadOutcome run(CompletionClient client, Load load, List<String> prompts)
      throws InterruptedException {
    LoadGenerator generator = new LoadGenerator(client, prompts);
    long cpuStart = processCpuNs();
    long start = System.nanoTime();
    List<Answer> answers =
        switch (load) {
          case Load.Closed(int clients) -> generator.closed(clients);
          case Load.Open open -> generator.open(open.arrivals(prompts.size()));
        };
    return new LoadOutcome(
        answers,
        generator.errors.get(),
        generator.error,
        (System.nanoTime() - start) * 1e-9,
        (processCpuNs() - cpuStart) * 1e-9);
  }

  /** CPU time of this process, which does nothing but send the load; 0 where it is not known. */
  private static long processCpuNs() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? Math.max(0, system.getProcessCpuTime())
        : 0;
  }

  private List<Answer> closed(int clients) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    List<Callable<List<Answer>>> tasks = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      tasks.add(() -> {
        List<Answer> answers = new ArrayList<>();
        for (int n = next.getAndIncrement(); n < prompts.size(); n = next.getAndIncrement()) {
          ask(n, System.nanoTime(), answers);
        }
        return answers;
      });
    }
    return all(tasks);
  }

  private List<Answer> open(long[] arrivals) throws InterruptedException {
    long start = System.nanoTime();
    List<Callable<List<Answer>>> tasks = new ArrayList<>();
    for (int i = 0; i < arrivals.length; i++) {
      int number = i;
      tasks.add(() -> {
        long due = start + arrivals[number];
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
        }
        List<Answer> answers = new ArrayList<>(1);
        ask(number, due, answers);
        return answers;
      });
    }
    return all(tasks);
  }

  private void ask(int number, long due, List<Answer> answers) {
    try {
      answers.add(client.ask(prompts.get(number), due));
    } catch (IOException e) {
      if (errors.getAndIncrement() == 0) {
        error = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      }
    }
  }

  private static List<Answer> all(List<Callable<List<Answer>>> tasks) throws InterruptedException {
    List<Answer> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<List<Answer>> one : threads.invokeAll(tasks)) {
        answers.addAll(one.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a client of the load has failed", e.getCause());
    }
    return answers;
  }
}
