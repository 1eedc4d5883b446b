package dev.weir.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One figure of a benchmark, as {@code --json} writes it.
 *
 * @param name dotted: {@code served.c16}, {@code served.c16.vs.llama-server-best}
 * @param unit {@code tokens/s}, {@code ms}
 * @param peer what it is compared with in the same run; null without one
 * @param ratio {@code value / peerValue}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BenchmarkResult(
    String name,
    double value,
    String unit,
    @Nullable String peer,
    @Nullable Double peerValue,
    @Nullable Double ratio) {

  public static BenchmarkResult of(String name, double value, String unit) {
    return new BenchmarkResult(name, value, unit, null, null, null);
  }

  public static BenchmarkResult against(
      String name, double value, String unit, String peer, double peerValue) {
    return new BenchmarkResult(name, value, unit, peer, peerValue, value / peerValue);
  }
}
