package dev.weir.engine;

import java.util.Arrays;

/**
 * The tokens that may still be drawn, in the order of their ids, and the filters that thin them
 * out. One instance serves any number of rows: its arrays are as long as the vocabulary and made
 * once.
 *
 * <p>It begins with the whole vocabulary, or with its most probable tokens alone and the weight of
 * all: then a filter that keeps none of the others, and surely so, makes it whole, and one that may
 * keep some says that it cannot tell.
 *
 * <p>A filter needs no sorting: each keeps what lies on one side of a threshold, and the threshold
 * is found by partitioning (quickselect with weights), in time linear in the candidates.
 */
final class Candidates {
  // [vocabulary], filled up to size, ids ascending
  private final int[] ids;
  private final double[] logits;
  // probabilities but for a factor; valid after weigh()
  private final double[] weights;
  // scratch of threshold(): permuted keys and their masses
  private final double[] keys;
  private final double[] masses;
  private int size;
  private double totalWeight;
  // whether every token that may be drawn is here
  private boolean whole;
  // else: no other token's logit is above this, and the weight of all tokens
  private double mostOutside;
  private double weightOfAll;

  Candidates(int vocabulary) {
    ids = new int[vocabulary];
    logits = new double[vocabulary];
    weights = new double[vocabulary];
    keys = new double[vocabulary];
    masses = new double[vocabulary];
  }

  /**
   * Takes a row: every token is a candidate, its logit divided by the temperature (above 0). The
   * largest becomes 0 first, so that no temperature is too small.
   */
  void fill(double[] row, double temperature) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double logit : row) {
      largest = Math.max(largest, logit);
    }
    size = row.length;
    whole = true;
    for (int i = 0; i < size; i++) {
      ids[i] = i;
      logits[i] = (row[i] - largest) / temperature;
    }
  }

  /**
   * Takes the most probable tokens of a row, the best first.
   *
   * @param best ids, [count]; becomes ascending
   * @param bestLogits [count], in the order of the ids afterwards
   * @param logNormalizer of all logits, see {@link StepOutput#logNormalizer}
   */
  void fillBest(
      int[] best, float[] bestLogits, int count, double temperature, double logNormalizer) {
    double largest = bestLogits[0];
    mostOutside = (bestLogits[count - 1] - largest) / temperature;
    weightOfAll = Math.exp(logNormalizer);
    whole = count == ids.length;
    sortById(best, bestLogits, count);
    size = count;
    for (int i = 0; i < count; i++) {
      ids[i] = best[i];
      logits[i] = (bestLogits[i] - largest) / temperature;
    }
  }

  /**
   * Takes the most probable tokens of a row in the order of their ids; every other's logit is below
   * all of theirs.
   *
   * @param listed ids, [count]
   * @param listedLogits [count]
   * @param logNormalizer of all logits, see {@link StepOutput#logNormalizer}
   */
  void fillListed(
      int[] listed, float[] listedLogits, int count, double temperature, double logNormalizer) {
    float largest = Float.NEGATIVE_INFINITY;
    float least = Float.POSITIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, listedLogits[i]);
      least = Math.min(least, listedLogits[i]);
    }
    mostOutside = ((double) Math.nextDown(least) - largest) / temperature;
    weightOfAll = Math.exp(logNormalizer);
    whole = count == ids.length;
    size = count;
    for (int i = 0; i < count; i++) {
      ids[i] = listed[i];
      logits[i] = ((double) listedLogits[i] - largest) / temperature;
    }
  }

  /** By insertion: there are some dozens. */
  private static void sortById(int[] ids, float[] logits, int count) {
    for (int i = 1; i < count; i++) {
      int id = ids[i];
      float logit = logits[i];
      int to = i;
      for (; to > 0 && ids[to - 1] > id; to--) {
        ids[to] = ids[to - 1];
        logits[to] = logits[to - 1];
      }
      ids[to] = id;
      logits[to] = logit;
    }
  }

  /**
   * Keeps candidates with at least {@code share} of the largest probability.
   *
   * @return false if others than those here may be kept; then nothing changes
   */
  boolean keepMinP(double share) {
    return keepFrom(Math.log(share));
  }

  /**
   * Keeps the {@code count} most probable, and those equal to the last of them.
   *
   * @return false if others than those here may be kept; then nothing changes
   */
  boolean keepTopK(int count) {
    if (count >= size) {
      return whole;
    }
    for (int i = 0; i < size; i++) {
      keys[i] = logits[i];
      masses[i] = 1;
    }
    return keepFrom(threshold(count));
  }

  private boolean keepFrom(double least) {
    if (!whole && mostOutside >= least) {
      return false;
    }
    whole = true;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (logits[i] >= least) {
        ids[kept] = ids[i];
        logits[kept++] = logits[i];
      }
    }
    size = kept;
    return true;
  }

  /** Computes the probabilities of what is left; needed before the calls below. */
  void weigh() {
    double total = 0;
    for (int i = 0; i < size; i++) {
      weights[i] = Math.exp(logits[i]);
      total += weights[i];
    }
    totalWeight = whole ? total : Math.max(total, weightOfAll);
    if (!(total > 0 && total < Double.POSITIVE_INFINITY)) {
      throw new NonFiniteLogits("of the row");
    }
  }

  /**
   * Keeps the least set of the most probable that has at least {@code mass} of the probability. Of
   * equal ones at the border the higher ids stay, as with the stable ascending sort of
   * transformers.
   *
   * @return false if others than those here may be kept; then nothing changes
   */
  boolean keepTopP(double mass) {
    for (int i = 0; i < size; i++) {
      keys[i] = logits[i];
      masses[i] = weights[i];
    }
    double border = threshold(mass * totalWeight);
    if (!whole && (mostOutside >= border || sum() < mass * totalWeight)) {
      return false;
    }
    whole = true;
    double above = 0;
    double weightAtBorder = 0;
    int atBorder = 0;
    for (int i = 0; i < size; i++) {
      if (logits[i] > border) {
        above += weights[i];
      } else if (logits[i] == border) {
        weightAtBorder = weights[i];
        atBorder++;
      }
    }
    double missing = (mass * totalWeight - above) / weightAtBorder;
    int wanted = (int) Math.clamp(Math.ceil(missing), 1, atBorder);
    int surplus = atBorder - wanted;
    int kept = 0;
    double total = 0;
    for (int i = 0; i < size; i++) {
      if (logits[i] > border || (logits[i] == border && surplus-- <= 0)) {
        total += keep(i, kept++);
      }
    }
    size = kept;
    totalWeight = total;
    return true;
  }

  /**
   * Locally typical sampling: keeps those whose information is closest to the entropy, with at
   * least {@code mass} of the probability.
   *
   * @param entropyOfAll of the distribution over all tokens; used if others than those here may be
   *     drawn
   * @return false if others than those here may be kept; then nothing changes
   */
  boolean keepTypical(double mass, double entropyOfAll) {
    double entropy = whole ? entropy() : entropyOfAll;
    for (int i = 0; i < size; i++) {
      keys[i] = -Math.abs(information(i) - entropy);
      masses[i] = weights[i];
    }
    double border = threshold(mass * totalWeight);
    if (!whole) {
      // the others have more information than this each
      double least = -Math.log(Math.exp(mostOutside) / totalWeight);
      if (least <= entropy || entropy - least >= border || sum() < mass * totalWeight) {
        return false;
      }
      whole = true;
    }
    int kept = 0;
    double total = 0;
    for (int i = 0; i < size; i++) {
      if (-Math.abs(information(i) - entropy) >= border) {
        total += keep(i, kept++);
      }
    }
    size = kept;
    totalWeight = total;
    return true;
  }

  private double entropy() {
    double entropy = 0;
    for (int i = 0; i < size; i++) {
      if (weights[i] > 0) {
        entropy += weights[i] / totalWeight * information(i);
      }
    }
    return entropy;
  }

  private double sum() {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += weights[i];
    }
    return sum;
  }

  /** Probability of the candidates together: 1 unless others may be drawn too. */
  double mass() {
    return whole ? 1 : Math.min(1, sum() / totalWeight);
  }

  /** -ln p of a candidate; infinite where p underflows. */
  private double information(int i) {
    return -Math.log(weights[i] / totalWeight);
  }

  private double keep(int from, int to) {
    ids[to] = ids[from];
    logits[to] = logits[from];
    weights[to] = weights[from];
    return weights[from];
  }

  /**
   * Draws by inverting the cumulative distribution over the candidates in the order of their ids.
   *
   * @param uniform in [0, 1)
   * @return the token, or -1 if it is none of the candidates: then it is the one at {@code uniform}
   *     less {@link #mass} in the distribution of the others
   */
  int draw(double uniform) {
    if (!whole && uniform >= mass()) {
      return -1;
    }
    double rest = uniform * totalWeight;
    int last = -1;
    for (int i = 0; i < size; i++) {
      if (weights[i] > 0) {
        last = ids[i];
        rest -= weights[i];
        if (rest < 0) {
          break;
        }
      }
    }
    return last;
  }

  /** Writes the probability of every token, 0 for those that are gone. */
  void probabilities(double[] into) {
    Arrays.fill(into, 0);
    for (int i = 0; i < size; i++) {
      into[ids[i]] = weights[i] / totalWeight;
    }
  }

  /**
   * The key at which the masses, added up from the largest key downwards, first reach {@code
   * wanted}; the smallest key if rounding keeps them below. Permutes {@link #keys} and {@link
   * #masses}.
   */
  private double threshold(double wanted) {
    int from = 0;
    int to = size - 1;
    while (from < to) {
      double pivot = medianOfThree(keys[from], keys[(from + to) >>> 1], keys[to]);
      // three-way partition: [from, greater) > pivot, [greater, i) == pivot, (less, to] < pivot
      int greater = from;
      int less = to;
      double massGreater = 0;
      double massEqual = 0;
      for (int i = from; i <= less; ) {
        if (keys[i] > pivot) {
          massGreater += masses[i];
          swap(i++, greater++);
        } else if (keys[i] < pivot) {
          swap(i, less--);
        } else {
          massEqual += masses[i++];
        }
      }
      if (massGreater >= wanted) {
        to = greater - 1;
      } else if (massGreater + massEqual >= wanted || less == to) {
        return pivot;
      } else {
        wanted -= massGreater + massEqual;
        from = less + 1;
      }
    }
    return keys[from];
  }

  private void swap(int i, int j) {
    double key = keys[i];
    keys[i] = keys[j];
    keys[j] = key;
    double mass = masses[i];
    masses[i] = masses[j];
    masses[j] = mass;
  }

  private static double medianOfThree(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
