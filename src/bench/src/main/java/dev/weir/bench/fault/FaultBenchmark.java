package dev.weir.bench.fault;

import dev.weir.bench.BenchProgress;
import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Machine;
import dev.weir.client.WeirClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Runs streams on processes that are killed, paused, cut off and restarted, and holds every token
 * that a reader sees against what comes when nothing happens.
 */
public final class FaultBenchmark {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);
  private static final long LOOK_MS = 1_000;

  private final FaultPlan plan;
  private final WeirProgram weir;

  public FaultBenchmark(FaultPlan plan, WeirProgram weir) {
    this.plan = plan;
    this.weir = weir;
  }

  /**
   * What a run gave.
   *
   * @param plot a histogram of the times that streams took to go on, as SVG
   * @param isFlawless whether no token was lost, doubled or changed
   */
  public record Outcome(List<BenchmarkResult> results, String plot, boolean isFlawless) {}

  /**
   * Runs it. What the processes said is kept, and its folder named, if anything went wrong or a
   * request was refused while all were restarted in turn.
   *
   * @throws FaultException if the system does not come up, or a fault cannot be made
   */
  public Outcome run(PrintWriter out, BenchProgress progress) throws InterruptedException {
    Path folder = folder();
    Tally tally = new Tally();
    out.println(Machine.current().describe());
    out.printf(
        "%d brokers, %d workers of %d slots, %d gateways, %d streams at a time, seed %d%n",
        FaultPlan.BROKERS,
        FaultPlan.WORKERS,
        FaultPlan.SLOTS,
        FaultPlan.GATEWAYS,
        plan.streams(),
        plan.seed());
    out.flush();
    boolean done = false;
    try (Cluster cluster = new Cluster(plan, weir, List.of(), folder)) {
      progress.at("starting", 0, seconds());
      cluster.start();
      run(cluster, tally, out, progress);
      Tally.Sum sum = tally.sum();
      done = tally.isFlawless() && sum.refusedRolling() == 0;
      List<BenchmarkResult> results = FaultReport.results(plan, sum);
      FaultReport.print(results, out);
      tally.refusals().forEach((why, times) -> out.printf("refused %d times: %s%n", times, why));
      return new Outcome(results, FaultReport.plot(sum), tally.isFlawless());
    } finally {
      if (done) {
        delete(folder);
      } else {
        keep(folder, tally, out);
      }
    }
  }

  private int seconds() {
    return (int) Math.max(1, plan.duration().toSeconds());
  }

  private void run(Cluster cluster, Tally tally, PrintWriter out, BenchProgress progress)
      throws InterruptedException {
    SplittableRandom random = new SplittableRandom(plan.seed());
    try (WeirClient client = WeirClient.connect(cluster.streams());
        HttpClient http =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_LIMIT)
                .build()) {
      List<Device> devices =
          List.of(
              new ClientDevice(client),
              new EventDevice(http, cluster.addresses()),
              new SocketDevice(http, cluster.addresses()));
      Publisher publisher = new Publisher(plan.model(), client, http, cluster.addresses(), tally);
      progress.at("answers without faults", 0, seconds());
      Map<Question, Expected> answers = answers(publisher, devices.getFirst());
      out.printf("%d questions have their answers%n", answers.size());
      out.flush();
      CheckedStreams load =
          new CheckedStreams(publisher, devices, FaultPlan.GATEWAYS, answers, tally);
      long end = System.nanoTime() + plan.duration().toNanos();
      Scene scene =
          new Scene(plan, cluster, load, tally, () -> System.nanoTime() >= end || isEnough(tally));
      FaultLanes lanes = new FaultLanes(scene);
      load.start(plan.streams(), random.split());
      lanes.start(random.split());
      while (!scene.ending().getAsBoolean() && lanes.broken() == null) {
        cluster.all().forEach(ServiceProcess::revive);
        int left = (int) ((end - System.nanoTime()) / 1_000_000_000);
        progress.at(words(tally), Math.max(0, seconds() - left), seconds());
        Thread.sleep(LOOK_MS);
      }
      lanes.join();
      progress.at("the last streams end, and are read again", seconds(), seconds());
      load.finish();
      FaultException broken = lanes.broken();
      if (broken != null) {
        throw broken;
      }
    }
  }

  private static String words(Tally tally) {
    Tally.Sum sum = tally.sum();
    return "%d faults, %d streams, %s"
        .formatted(
            tally.faults(), sum.streams(), tally.isFlawless() ? "all tokens right" : "FLAWS");
  }

  private boolean isEnough(Tally tally) {
    return plan.each() > 0
        && plan.kinds().stream().allMatch(kind -> tally.count(kind) >= plan.each());
  }

  /** One after another, with nothing that could disturb them. */
  private Map<Question, Expected> answers(Publisher publisher, Device device)
      throws InterruptedException {
    Map<Question, Expected> answers = new LinkedHashMap<>();
    for (Question question : Question.draw(plan.questions(), plan.seed())) {
      var published = publisher.publish(question, -1);
      StreamCheck check = new StreamCheck(null, StreamCheck.Timing.NONE, System::nanoTime);
      if (published == null) {
        throw new FaultException("no request is accepted, though nothing disturbs");
      }
      new Following(device, published.requestId(), check, FaultPlan.GATEWAYS, 0).run(ANSWER_LIMIT);
      if (!check.isFinished() || check.asExpected().reason().equals("error")) {
        throw new FaultException("no answer to " + question + ", though nothing disturbs");
      }
      answers.put(question, check.asExpected());
    }
    return answers;
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("weir-faults-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void keep(Path folder, Tally tally, PrintWriter out) {
    try {
      Files.write(folder.resolve("faults.log"), tally.journal());
    } catch (IOException e) {
      out.println("the log of faults cannot be written: " + e.getMessage());
    }
    tally.complaints().forEach(out::println);
    out.println("the logs of all processes, and faults.log, are in " + folder);
    out.flush();
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // Temporary files that stay are no reason to lose a run.
    }
  }
}
