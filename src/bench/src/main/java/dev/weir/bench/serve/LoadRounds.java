package dev.weir.bench.serve;

import dev.weir.bench.Samples;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The rounds of one load on one server. Each figure is the median of what the rounds gave, so that
 * one that something else disturbed does not count; errors are of all together.
 */
record LoadRounds(List<LoadOutcome> rounds) {
  LoadRounds {
    rounds = List.copyOf(rounds);
  }

  double tokensPerSecond() {
    return median(LoadOutcome::tokensPerSecond);
  }

  double meanPromptTokens() {
    return median(LoadOutcome::meanPromptTokens);
  }

  /** Milliseconds; NaN without answers. */
  double firstToken(double percentile) {
    return percentile(LoadOutcome::firstToken, percentile);
  }

  /** Milliseconds; NaN without answers. */
  double betweenTokens(double percentile) {
    return percentile(LoadOutcome::betweenTokens, percentile);
  }

  double clientShare(int cores) {
    return median(round -> round.clientShare(cores));
  }

  int answers() {
    return rounds.stream().mapToInt(round -> round.answers().size()).sum();
  }

  int errors() {
    return rounds.stream().mapToInt(LoadOutcome::errors).sum();
  }

  /** What the first failed request was told; empty without errors. */
  String error() {
    return rounds.stream()
        .map(LoadOutcome::error)
        .filter(error -> !error.isEmpty())
        .findFirst()
        .orElse("");
  }

  long cachedTokens() {
    return rounds.stream().mapToLong(LoadOutcome::cachedTokens).sum();
  }

  private double percentile(Function<LoadOutcome, Samples> samples, double percentile) {
    return median(round -> samples.apply(round).percentile(percentile));
  }

  private double median(ToDoubleFunction<LoadOutcome> figure) {
    return new Samples(
            rounds.stream().mapToDouble(figure).filter(value -> !Double.isNaN(value)).toArray())
        .median();
  }
}
