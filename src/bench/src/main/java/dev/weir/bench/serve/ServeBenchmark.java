package dev.weir.bench.serve;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.bench.serve.ServeTarget.Reached;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Streaming load over HTTP on a running Weir and, in the same run and in turn, on peers that speak
 * the OpenAI API.
 *
 * @param targets Weir first
 * @param requests of each client of a closed loop; in all of an open one
 */
public record ServeBenchmark(
    List<ServeTarget> targets,
    String model,
    List<Load> loads,
    int requests,
    int maxTokens,
    int rounds) {

  private static final Load WARM_UP = new Load.Closed(2);
  private static final int WARM_UP_REQUESTS = 2;

  /** What a run leaves behind; the plot is an SVG document. */
  public record Outcome(List<BenchmarkResult> results, String plot) {}

  /** Runs every load on every server and prints a row as soon as it is there. */
  public Outcome run(PrintWriter out, BenchProgress progress) throws InterruptedException {
    Machine machine = Machine.current();
    out.println(machine.describe());
    out.printf(
        "%d tokens out; %d requests a client (cN), %d in all (rN a second); %d rounds%n",
        maxTokens, requests, requests, rounds);
    out.println(ServeResults.HEAD);
    Map<ServeTarget, Map<Load, LoadOutcome>> outcomes = new LinkedHashMap<>();
    int steps = rounds * targets.size() * loads.size();
    int step = 0;
    int firstPrompt = 0;
    for (int round = 0; round < rounds; round++) {
      for (ServeTarget target : targets) {
        // Rounds have prompts of their own, the same for all servers.
        int prompt = firstPrompt;
        progress.at(target.name() + " " + target.setting() + ", warm-up", step, steps);
        Reached reached = target.reach();
        try {
          prompt += run(reached, WARM_UP, WARM_UP_REQUESTS, prompt).prompts();
          for (Load load : loads) {
            progress.at(
                "%s %s, %s, round %d of %d"
                    .formatted(target.name(), target.setting(), load.name(), round + 1, rounds),
                step++,
                steps);
            Ran ran = run(reached, load, requests, prompt);
            prompt += ran.prompts();
            outcomes
                .computeIfAbsent(target, t -> new LinkedHashMap<>())
                .merge(load, ran.outcome(), LoadOutcome::and);
            out.println(ServeResults.row(target, load, ran.outcome()));
            out.flush();
          }
        } finally {
          close(reached);
        }
        if (target == targets.getLast()) {
          firstPrompt = prompt;
        }
      }
    }
    progress.at("done", steps, steps);
    ServeResults results = new ServeResults(outcomes, loads);
    results.print(out);
    return new Outcome(results.named(), results.plot(model + " over HTTP on " + machine.cpu()));
  }

  /** What a load gave, and how many prompts it used. */
  private record Ran(LoadOutcome outcome, int prompts) {}

  private Ran run(Reached reached, Load load, int count, int firstPrompt)
      throws InterruptedException {
    int prompts =
        switch (load) {
          case Load.Closed(int clients) -> clients * count;
          case Load.Open open -> count;
        };
    return new Ran(
        LoadGenerator.run(reached.address(), model, maxTokens, load, count, firstPrompt), prompts);
  }

  private static void close(Reached reached) throws InterruptedException {
    try {
      reached.server().close();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a server does not stop: " + e.getMessage(), e);
    }
  }
}
