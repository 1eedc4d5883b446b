package dev.weir.bench.fault;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a run of faults does.
 *
 * @param model name under which it is served
 * @param modelPath its file or folder
 * @param duration for how long faults come, the start and the end of the run not counted
 * @param each faults end sooner once every kind has happened so often; 0: never
 * @param kinds that happen
 * @param seed of the moments, the victims and the questions
 * @param streams that run at the same time
 */
public record FaultPlan(
    String model,
    Path modelPath,
    Duration duration,
    int each,
    List<FaultKind> kinds,
    long seed,
    int streams) {

  static final int BROKERS = 3;
  static final int WORKERS = 3;
  static final int GATEWAYS = 2;
  static final int SLOTS = 6;

  /** Of a request: short, so that what holds it up costs seconds. */
  static final Duration LOCK = Duration.ofSeconds(3);

  public FaultPlan {
    kinds = List.copyOf(kinds);
    if (kinds.isEmpty()) {
      throw new IllegalArgumentException("no kind of fault is named");
    }
    if (streams < 1 || streams > 64) {
      throw new IllegalArgumentException("streams must be 1 to 64: " + streams);
    }
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException("the duration must be positive: " + duration);
    }
    if (each < 0) {
      throw new IllegalArgumentException("each must not be negative: " + each);
    }
  }

  /** So many answers are known: fewer in a short run, which has to compute them first. */
  int questions() {
    return duration.compareTo(Duration.ofMinutes(5)) < 0 ? 12 : 48;
  }
}
