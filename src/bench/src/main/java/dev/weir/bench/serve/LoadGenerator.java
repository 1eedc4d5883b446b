package dev.weir.bench.serve;

import dev.weir.bench.serve.ChatClient.Answer;
import java.io.IOException;
import java.net.URI;
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
  private final ChatClient client;
  private final int firstPrompt;
  private final AtomicInteger errors = new AtomicInteger();
  private volatile String error = "";

  private LoadGenerator(ChatClient client, int firstPrompt) {
    this.client = client;
    this.firstPrompt = firstPrompt;
  }

  /**
   * Runs a load to its end.
   *
   * @param requests of each client of a closed loop; in all of an open one
   * @param firstPrompt prompts are counted from here: a server may know those of an earlier load
   */
  static LoadOutcome run(
      URI server, String model, int maxTokens, Load load, int requests, int firstPrompt)
      throws InterruptedException {
    LoadGenerator generator =
        new LoadGenerator(new ChatClient(server, model, maxTokens), firstPrompt);
    long start = System.nanoTime();
    List<Answer> answers =
        switch (load) {
          case Load.Closed(int clients) -> generator.closed(clients, clients * requests);
          case Load.Open open -> generator.open(open.arrivals(requests));
        };
    return new LoadOutcome(
        answers, generator.errors.get(), generator.error, (System.nanoTime() - start) * 1e-9);
  }

  private List<Answer> closed(int clients, int requests) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    List<Callable<List<Answer>>> tasks = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      tasks.add(() -> {
        List<Answer> answers = new ArrayList<>();
        for (int n = next.getAndIncrement(); n < requests; n = next.getAndIncrement()) {
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

  private void ask(int number, long due, List<Answer> answers) throws InterruptedException {
    try {
      answers.add(client.ask(firstPrompt + number, due));
    } catch (IOException e) {
      if (errors.getAndIncrement() == 0) {
        error = String.valueOf(e.getMessage());
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
