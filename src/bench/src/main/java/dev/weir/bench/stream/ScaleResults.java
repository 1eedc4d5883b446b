package dev.weir.bench.stream;

import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.stream.StreamLoad.Faults;
import dev.weir.bench.stream.StreamLoad.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What came of a run, by the names that {@code --json} has; where there is a bar, beside it. */
final class ScaleResults {
  static final List<Integer> PERCENTILES = List.of(50, 95, 99);
  static final String BAR = "bar";
  private static final double MANY_P99_MS = 100;
  private static final double PACED_P50_MS = 5;
  private static final double PACED_P99_MS = 25;
  private static final double IDLE_BYTES = 500e6;
  private static final double BYTES_ALONE = 80;
  private static final double BYTES_TOGETHER = 40;

  private final ScaleOptions options;
  private final Map<String, Window> delays = new LinkedHashMap<>();
  private final List<BenchmarkResult> others = new ArrayList<>();
  private final Map<Integer, GatewayShare.Traffic> shares = new LinkedHashMap<>();
  private final Map<String, Double> bytes = new LinkedHashMap<>();
  private Faults faults = new Faults(0, 0);

  ScaleResults(ScaleOptions options) {
    this.options = options;
  }

  /**
   * @param name behind {@code stream.}: {@code delay.64x2000.sse}
   */
  void delay(String name, Window window) {
    delays.put(name, window);
  }

  void faults(Faults more) {
    faults = faults.plus(more);
  }

  /**
   * @param alone whether each token is to have a record of its own; what is to share one is held
   *     against the lower bar even where it did not
   */
  void bytes(String name, boolean alone, Window window) {
    bytes.put(name, window.bytesPerToken());
    others.add(
        BenchmarkResult.against(
            "stream.log.bytes-per-token." + name,
            window.bytesPerToken(),
            "bytes",
            BAR,
            alone ? BYTES_ALONE : BYTES_TOGETHER));
    others.add(
        BenchmarkResult.of(
            "stream.log.tokens-per-record." + name, window.tokensPerRecord(), "tokens"));
  }

  void idle(IdleSockets.Taken taken) {
    String name = "stream.websockets.idle.";
    GatewayProcess.Memory before = taken.before();
    GatewayProcess.Memory open = taken.open();
    others.add(BenchmarkResult.against(name + "bytes", open.resident(), "bytes", BAR, IDLE_BYTES));
    others.add(BenchmarkResult.of(name + "bytes.before", before.resident(), "bytes"));
    others.add(BenchmarkResult.of(name + "heap", open.heap(), "bytes"));
    others.add(BenchmarkResult.of(name + "heap.before", before.heap(), "bytes"));
    others.add(BenchmarkResult.of(name + "files", open.openFiles(), "files"));
    others.add(BenchmarkResult.of(name + "cpu", taken.cores(), "cores"));
  }

  /**
   * @param expected bytes read for each byte written, were jobs spread at random
   */
  void share(GatewayShare.Traffic traffic, double expected) {
    int count = traffic.shares().size();
    shares.put(count, traffic);
    others.add(
        BenchmarkResult.of("stream.gateway.share.g" + count, traffic.largestShare(), "share"));
    others.add(
        BenchmarkResult.against(
            count == 2 ? "stream.read-amplification" : "stream.read-amplification.g" + count,
            traffic.readPerWritten(),
            "bytes/byte",
            "expected",
            expected));
  }

  List<BenchmarkResult> named() {
    List<BenchmarkResult> named = new ArrayList<>();
    String paced = "delay." + options.pacedName();
    for (int p : PERCENTILES) {
      double worst =
          delays.entrySet().stream()
              .filter(entry -> entry.getKey().startsWith(paced + "."))
              .mapToDouble(entry -> entry.getValue().delays().percentile(p))
              .max()
              .orElse(Double.NaN);
      add(named, paced, p, worst, p == 50 ? PACED_P50_MS : p == 99 ? PACED_P99_MS : Double.NaN);
    }
    delays.forEach((name, window) -> {
      boolean many = !name.startsWith(paced + ".");
      for (int p : PERCENTILES) {
        double bar = many && p == 99 ? MANY_P99_MS : Double.NaN;
        add(named, name, p, window.delays().percentile(p), bar);
      }
      named.add(
          BenchmarkResult.of("stream." + name + ".cpu.gateway", window.gatewayCores(), "cores"));
      named.add(BenchmarkResult.of("stream." + name + ".cpu.others", window.otherCores(), "cores"));
    });
    named.addAll(others);
    named.add(BenchmarkResult.of("stream.lost", faults.lost(), "tokens"));
    named.add(BenchmarkResult.of("stream.doubled", faults.doubled(), "tokens"));
    return named;
  }

  /** JSON has no number for what nobody measured. */
  private static void add(
      List<BenchmarkResult> named, String name, int p, double value, double bar) {
    String full = "stream." + name + ".p" + p;
    if (Double.isNaN(value)) {
      return;
    }
    named.add(
        Double.isNaN(bar)
            ? BenchmarkResult.of(full, value, "ms")
            : BenchmarkResult.against(full, value, "ms", BAR, bar));
  }

  Map<String, Window> delays() {
    return delays;
  }

  Map<String, Double> bytesPerToken() {
    return bytes;
  }

  Map<Integer, GatewayShare.Traffic> shares() {
    return shares;
  }
}
