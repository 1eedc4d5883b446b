package dev.weir.bench.fault;

import dev.weir.stream.FreePorts;
import dev.weir.stream.StreamConfig;
import dev.weir.stream.TopicOperations;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The system under test: three brokers with three copies of each record, three workers with a link
 * to the brokers of their own, two gateways, each a process.
 */
final class Cluster implements AutoCloseable {
  private static final List<String> SMALL =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k");

  private final List<ServiceProcess> brokers = new ArrayList<>();
  private final List<ServiceProcess> workers = new ArrayList<>();
  private final List<ServiceProcess> gateways = new ArrayList<>();
  private final List<CutLink> links = new ArrayList<>();
  private final List<URI> addresses = new ArrayList<>();
  private final Spawner spawner = new Spawner();
  private final StreamConfig streams;
  private final TopicOperations topics;

  /**
   * Nothing is started yet.
   *
   * @param more JVM options for all
   * @param folder for data and logs
   */
  Cluster(FaultPlan plan, WeirProgram weir, List<String> more, Path folder) {
    List<Integer> ports =
        FreePorts.several(FaultPlan.BROKERS * (2 + FaultPlan.WORKERS) + FaultPlan.GATEWAYS);
    List<Integer> clientPorts = ports.subList(0, FaultPlan.BROKERS);
    List<Integer> quorum = ports.subList(FaultPlan.BROKERS, 2 * FaultPlan.BROKERS);
    List<Integer> externals =
        ports.subList(2 * FaultPlan.BROKERS, FaultPlan.BROKERS * (2 + FaultPlan.WORKERS));
    streams = StreamConfig.of(bootstrap(clientPorts));
    topics = new TopicOperations(streams);
    for (int w = 0; w < FaultPlan.WORKERS; w++) {
      links.add(new CutLink(ofWorker(externals, w)));
    }
    for (int b = 0; b < FaultPlan.BROKERS; b++) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "broker",
                  "--data",
                  folder.resolve("broker-" + (b + 1)).toString(),
                  "--port",
                  clientPorts.get(b).toString(),
                  "--node",
                  Integer.toString(b + 1),
                  "--quorum",
                  quorum.stream().map(String::valueOf).collect(Collectors.joining(","))));
      for (int w = 0; w < FaultPlan.WORKERS; w++) {
        arguments.add("--external");
        arguments.add(
            "%d=127.0.0.1:%d"
                .formatted(ofWorker(externals, w).get(b), links.get(w).ports().get(b)));
      }
      brokers.add(
          process("broker-" + (b + 1), weir.command(options(more, "-Xmx192m"), arguments), folder));
    }
    for (int w = 0; w < FaultPlan.WORKERS; w++) {
      List<String> arguments = workerArguments(plan, bootstrap(links.get(w).ports()));
      workers.add(
          process("worker-" + (w + 1), weir.command(options(more, "-Xmx320m"), arguments), folder));
    }
    for (int g = 0; g < FaultPlan.GATEWAYS; g++) {
      int port = ports.get(ports.size() - 1 - g);
      List<String> arguments =
          List.of("gateway", "--port", Integer.toString(port), "--bootstrap", streams.bootstrap());
      addresses.add(URI.create("http://127.0.0.1:" + port));
      gateways.add(
          process(
              "gateway-" + (g + 1), weir.command(options(more, "-Xmx192m"), arguments), folder));
    }
  }

  private static List<String> workerArguments(FaultPlan plan, String bootstrap) {
    return List.of(
        "text-worker",
        plan.model() + "=" + plan.modelPath().toAbsolutePath(),
        "--port",
        "0",
        "--slots",
        Integer.toString(FaultPlan.SLOTS),
        "--threads",
        "1",
        "--max-context",
        "512",
        "--kv-memory",
        "256m",
        "--lock",
        FaultPlan.LOCK.toString(),
        "--bootstrap",
        bootstrap);
  }

  static List<String> options(List<String> more, String heap) {
    return Stream.of(SMALL, more, List.of(heap)).flatMap(List::stream).toList();
  }

  private ServiceProcess process(String name, List<String> command, Path folder) {
    return new ServiceProcess(
        name,
        command,
        Map.of("WEIR_WORKER_WORKER", name, "WEIR_LOG", "INFO"),
        folder.resolve(name + ".log"),
        spawner);
  }

  /** Starts all and waits until they are ready. */
  void start() throws InterruptedException {
    brokers.forEach(ServiceProcess::start); // none is ready before the others are there
    ServiceProcess.awaitReady(brokers);
    workers.getFirst().restart(); // makes the topics; two at once would be in each other's way
    Stream.concat(workers.stream().skip(1), gateways.stream()).forEach(ServiceProcess::start);
    ServiceProcess.awaitReady(all());
  }

  /** The listeners of all brokers for one worker. */
  private static List<Integer> ofWorker(List<Integer> externals, int worker) {
    return externals.subList(worker * FaultPlan.BROKERS, (worker + 1) * FaultPlan.BROKERS);
  }

  private static String bootstrap(List<Integer> ports) {
    return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  List<ServiceProcess> brokers() {
    return brokers;
  }

  List<ServiceProcess> workers() {
    return workers;
  }

  List<ServiceProcess> gateways() {
    return gateways;
  }

  List<ServiceProcess> all() {
    return Stream.of(brokers, workers, gateways).flatMap(List::stream).toList();
  }

  /** Between a worker and the brokers, by the worker's index. */
  CutLink link(int worker) {
    return links.get(worker);
  }

  /** Where the gateways answer, by their index. */
  List<URI> addresses() {
    return addresses;
  }

  /** For a client that no fault is to reach. */
  StreamConfig streams() {
    return streams;
  }

  TopicOperations topics() {
    return topics;
  }

  /** Index of a worker by its name, or -1. */
  int worker(String name) {
    return IntStream.range(0, workers.size())
        .filter(i -> workers.get(i).name().equals(name))
        .findFirst()
        .orElse(-1);
  }

  @Override
  public void close() {
    spawner.close();
    links.forEach(CutLink::close);
    topics.close();
  }
}
