package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Partitioning must keep what sorting the whole vocabulary keeps. */
final class CandidatesTest {
  /** Whole numbers give many ties. */
  @Provide
  Arbitrary<double[]> rows() {
    Arbitrary<Double> ties = Arbitraries.integers().between(-4, 4).map(i -> (double) i);
    Arbitrary<Double> spread = Arbitraries.doubles().between(-30, 30);
    return Arbitraries.oneOf(ties, spread).array(double[].class).ofMinSize(1).ofMaxSize(60);
  }

  /** Off the borders between equal probabilities, where rounding decides. */
  @Provide
  Arbitrary<Double> masses() {
    return Arbitraries.integers().between(0, 9_999).map(i -> (i + 0.2718) / 10_000);
  }

  @Property(tries = 500)
  void topKKeepsWhatIsNotBelowTheKth(
      @ForAll("rows") double[] row, @ForAll @IntRange(min = 1, max = 70) int k) {
    double[] sorted = row.clone();
    Arrays.sort(sorted);
    double kth = sorted[Math.max(0, sorted.length - k)];
    check(row, c -> c.keepTopK(k), c -> {}, i -> row[i] >= kth);
  }

  @Property(tries = 500)
  void minPKeepsAShareOfTheLargest(@ForAll("rows") double[] row, @ForAll("masses") double share) {
    double largest = Arrays.stream(row).max().orElseThrow();
    check(row, c -> c.keepMinP(share), c -> {}, i -> row[i] - largest >= Math.log(share));
  }

  /** As transformers: sort ascending (stable), drop while the sum is at most 1 - p. */
  @Property(tries = 500)
  void topPKeepsTheLeastSetWithItsMass(@ForAll("rows") double[] row, @ForAll("masses") double p) {
    double[] probabilities = softmax(row);
    int[] ascending = order(row.length, Comparator.comparingDouble(i -> row[i]));
    boolean[] kept = new boolean[row.length];
    double above = 0;
    for (int i = row.length - 1; i >= 0; i--) {
      kept[ascending[i]] = above < p - 1e-12;
      above += probabilities[ascending[i]];
    }
    check(row, c -> {}, c -> c.keepTopP(p), i -> kept[i]);
  }

  @Property(tries = 500)
  void typicalPKeepsWhatIsClosestToTheEntropy(
      @ForAll("rows") double[] row, @ForAll("masses") double p) {
    double[] probabilities = softmax(row);
    double entropy = 0;
    for (double probability : probabilities) {
      entropy -= probability * Math.log(probability);
    }
    double[] distance = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      distance[i] = Math.abs(-Math.log(probabilities[i]) - entropy);
    }
    int[] ascending = order(row.length, Comparator.comparingDouble(i -> distance[i]));
    double sum = 0;
    int last = 0;
    while (last < row.length - 1 && (sum += probabilities[ascending[last]]) < p - 1e-12) {
      last++;
    }
    double border = distance[ascending[last]] + 1e-12;
    check(row, c -> {}, c -> c.keepTypical(p, Double.NaN), i -> distance[i] <= border);
  }

  private interface Filter {
    void on(Candidates candidates);
  }

  private static void check(
      double[] row, Filter beforeWeighing, Filter after, java.util.function.IntPredicate kept) {
    Candidates candidates = new Candidates(row.length);
    candidates.fill(row, 1);
    beforeWeighing.on(candidates);
    candidates.weigh();
    after.on(candidates);
    double[] actual = new double[row.length];
    candidates.probabilities(actual);

    double[] masked = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      masked[i] = kept.test(i) ? row[i] : Double.NEGATIVE_INFINITY;
    }
    assertThat(actual).containsExactly(softmax(masked), within(1e-9));
  }

  private static double[] softmax(double[] row) {
    double largest = Arrays.stream(row).max().orElseThrow();
    double[] weights = Arrays.stream(row).map(x -> Math.exp(x - largest)).toArray();
    double total = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / total).toArray();
  }

  private static int[] order(int length, Comparator<Integer> by) {
    return IntStream.range(0, length).boxed().sorted(by).mapToInt(Integer::intValue).toArray();
  }
}
