package dev.weir.bench.serve;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.bench.peer.PeerException;
import dev.weir.bench.serve.ServeTarget.Reached;
import dev.weir.bench.serve.ServeTarget.Running;
import dev.weir.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Streaming load over HTTP on a running Weir and, in the same run and in turn, on peers that speak
 * the OpenAI API.
 *
 * @param targets Weir first
 * @param tokenizer of the model; prompts are measured out with it
 * @param requests of each client of a closed loop; in all of an open one
 * @param rounds through all servers; figures are medians of them
 */
public record ServeBenchmark(
    List<ServeTarget> targets,
    String model,
    Tokenizer tokenizer,
    List<Load> loads,
    int requests,
    int maxTokens,
    int rounds) {

  /** Length of each prompt. */
  public static final int PROMPT_TOKENS = 80;

  private static final Load WARM_UP = new Load.Closed(4);
  private static final int WARM_UP_REQUESTS = 2;

  /** Of a server that goes on running: a JVM is at its speed after some 150 requests. */
  private static final Load LONG_WARM_UP = new Load.Closed(16);

  private static final int LONG_WARM_UP_REQUESTS = 10;

  /** What a run leaves behind; the plot is an SVG document. */
  public record Outcome(List<BenchmarkResult> results, String plot) {}

  /**
   * Runs every load on every server and prints a row as soon as it is there.
   *
   * @throws PeerException if a server cannot be asked, or Weir answers nothing of a load
   * @throws IllegalArgumentException if the vocabulary has not enough words for the prompts
   */
  public Outcome run(PrintWriter out, BenchProgress progress) throws InterruptedException {
    Machine machine = Machine.current();
    for (ServeTarget target : targets) {
      if (target instanceof Running running) {
        requireAnswer(running);
      }
    }
    head(machine, out);
    ServePrompts prompts =
        new ServePrompts(tokenizer, PROMPT_TOKENS, ThreadLocalRandom.current().nextLong());
    warmUp(prompts, progress);
    Map<ServeTarget, Map<Load, List<LoadOutcome>>> outcomes = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < targets.size(); i++) {
        ServeTarget target = targets.get(i);
        Turn turn =
            new Turn(
                target,
                round,
                outcomes.computeIfAbsent(target, t -> new LinkedHashMap<>()),
                (round * targets.size() + i) * loads.size());
        turn(turn, prompts, machine.cores(), out, progress);
      }
    }
    progress.at("done", steps(), steps());
    Map<ServeTarget, Map<Load, LoadRounds>> together = new LinkedHashMap<>();
    outcomes.forEach((target, byLoad) -> {
      Map<Load, LoadRounds> ofTarget = new LinkedHashMap<>();
      byLoad.forEach((load, list) -> ofTarget.put(load, new LoadRounds(list)));
      together.put(target, ofTarget);
    });
    ServeResults results = new ServeResults(together, loads, machine.cores());
    ServeReport.print(results, rounds, out);
    return new Outcome(
        results.named(), ServeReport.plot(results, model + " over HTTP on " + machine.cpu()));
  }

  private void head(Machine machine, PrintWriter out) {
    out.println(machine.describe());
    targets.stream()
        .map(target -> target.name() + ": " + target.description())
        .distinct() // settings of one server
        .forEach(out::println);
    out.printf(
        "%d tokens in, %d out; %d requests a client (cN), %d in all (rN a second); %d round%s%n",
        PROMPT_TOKENS, maxTokens, requests, requests, rounds, rounds == 1 ? "" : "s");
    out.println("times from when a request was due; client: what this program takes of all cores");
    out.println(ServeReport.HEAD);
    out.flush();
  }

  /** A wrong address or model is told before minutes are spent. */
  private void requireAnswer(Running target) {
    try {
      new CompletionClient(target.address(), model, 1).ask("Hello", System.nanoTime());
    } catch (IOException e) {
      throw new PeerException(
          "%s at %s gives no answer: %s".formatted(target.name(), target.address(), e.getMessage()),
          e);
    }
  }

  private void warmUp(ServePrompts prompts, BenchProgress progress) throws InterruptedException {
    for (ServeTarget target : targets) {
      if (target instanceof Running running) {
        progress.at(target.label() + ", long warm-up", 0, steps());
        LoadGenerator.run(
            new CompletionClient(running.address(), model, maxTokens),
            LONG_WARM_UP,
            prompts.range(0, LONG_WARM_UP.requests(LONG_WARM_UP_REQUESTS)));
      }
    }
  }

  /**
   * A server's part of a round.
   *
   * @param outcomes where its outcomes go
   * @param step of the whole run at which it begins
   */
  private record Turn(
      ServeTarget target, int round, Map<Load, List<LoadOutcome>> outcomes, int step) {}

  private void turn(
      Turn turn, ServePrompts prompts, int cores, PrintWriter out, BenchProgress progress)
      throws InterruptedException {
    ServeTarget target = turn.target;
    // Rounds have prompts of their own, the same for all servers.
    int prompt = LONG_WARM_UP.requests(LONG_WARM_UP_REQUESTS) + turn.round * promptsOfRound();
    int step = turn.step;
    progress.at(target.label() + ", warm-up", step, steps());
    Reached reached = target.reach();
    try {
      CompletionClient client = new CompletionClient(reached.address(), model, maxTokens);
      int warmUp = WARM_UP.requests(WARM_UP_REQUESTS);
      LoadGenerator.run(client, WARM_UP, prompts.range(prompt, warmUp));
      prompt += warmUp;
      for (Load load : loads) {
        progress.at(
            "%s, %s, round %d of %d".formatted(target.label(), load.name(), turn.round + 1, rounds),
            step++,
            steps());
        int count = load.requests(requests);
        LoadOutcome outcome = LoadGenerator.run(client, load, prompts.range(prompt, count));
        prompt += count;
        turn.outcomes.computeIfAbsent(load, l -> new ArrayList<>()).add(outcome);
        out.println(ServeReport.row(target, load, new LoadRounds(List.of(outcome)), cores));
        out.flush();
        if (target == targets.getFirst() && outcome.answers().isEmpty()) {
          throw new PeerException(
              "%s has answered none of %d requests of %s: %s"
                  .formatted(target.name(), count, load.name(), outcome.error()));
        }
      }
    } finally {
      close(reached);
    }
  }

  private int steps() {
    return rounds * targets.size() * loads.size();
  }

  private int promptsOfRound() {
    return WARM_UP.requests(WARM_UP_REQUESTS)
        + loads.stream().mapToInt(load -> load.requests(requests)).sum();
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
