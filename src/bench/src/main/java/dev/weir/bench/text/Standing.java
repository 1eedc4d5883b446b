package dev.weir.bench.text;

import dev.weir.bench.Samples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a contestant has reached over the rounds. */
final class Standing {
  private final String name;
  private final String setting;
  private final Map<Measure, List<Double>> speeds = new LinkedHashMap<>();

  Standing(String name, String setting) {
    this.name = name;
    this.setting = setting;
  }

  void add(Map<Measure, Double> round) {
    round.forEach(
        (measure, speed) -> speeds.computeIfAbsent(measure, m -> new ArrayList<>()).add(speed));
  }

  String name() {
    return name;
  }

  String setting() {
    return setting;
  }

  /** Tokens per second, the median over the rounds; NaN if it was not measured. */
  double median(Measure measure) {
    return Samples.of(speeds.getOrDefault(measure, List.of())).median();
  }

  /** Somebody with a speed. */
  record Best(String name, String setting, double speed) {}

  /** The fastest of those whose name begins with a prefix; null if none of them measured it. */
  static @Nullable Best best(List<Standing> all, String prefix, Measure measure) {
    Best best = null;
    for (Standing standing : all) {
      double speed = standing.median(measure);
      if (standing.name.startsWith(prefix) && (best == null ? speed > 0 : speed > best.speed)) {
        best = new Best(standing.name, standing.setting, speed);
      }
    }
    return best;
  }
}
