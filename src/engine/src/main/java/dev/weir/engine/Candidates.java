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
 * <p>A filter needs no sorting: each keeps what lies on one side of a threshold, which {@link
 * WeightedSelect} finds in time linear in the candidates.
 */
final class Candidates {
  /** In units of logit / temperature: so much below the border of top-p a list may reach. */
  private static final double LIST_STEP = 0.126;

  // [vocabulary], filled up to size, ids ascending
  private final int[] ids;
  private final double[] logits;
  // probabilities but for a factor; valid after weigh()
  private final double[] weights;
  private final WeightedSelect select;
  private int size;
  // whether weights are there already
  private boolean weighed;
  // of the candidates
  private double weightHere;
  private double totalWeight;
  // the border of top-p is hardly above this; infinite if nothing is known of it
  private double borderBelow;
  // whether every token that may be drawn is here
  private boolean whole;
  // else: no other token's logit is above this, and the weight of all tokens
  private double mostOutside;
  private double weightOfAll;

  Candidates(int vocabulary) {
    ids = new int[vocabulary];
    logits = new double[vocabulary];
    weights = new double[vocabulary];
    select = new WeightedSelect(vocabulary);
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
    weighed = false;
    borderBelow = Double.POSITIVE_INFINITY;
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
    weighed = false;
    borderBelow = Double.POSITIVE_INFINITY;
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
   * @param listedWeights exp((logit - largest logit) / temperature), [count]
   * @param logNormalizer of all logits, see {@link StepOutput#logNormalizer}
   */
  void fillListed(
      int[] listed,
      float[] listedLogits,
      float[] listedWeights,
      int count,
      double temperature,
      double logNormalizer) {
    float largest = Float.NEGATIVE_INFINITY;
    float least = Float.POSITIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      largest = listedLogits[i] > largest ? listedLogits[i] : largest;
      least = listedLogits[i] < least ? listedLogits[i] : least;
    }
    mostOutside = ((double) Math.nextDown(least) - largest) / temperature;
    borderBelow = ((double) least - largest) / temperature + LIST_STEP;
    weightOfAll = Math.exp(logNormalizer);
    whole = count == ids.length;
    weighed = true;
    size = count;
    for (int i = 0; i < count; i++) {
      ids[i] = listed[i];
      logits[i] = ((double) listedLogits[i] - largest) / temperature;
      weights[i] = listedWeights[i];
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
    select.clear();
    for (int i = 0; i < size; i++) {
      select.add(logits[i], 1);
    }
    return keepFrom(select.threshold(count));
  }

  private boolean keepFrom(double least) {
    if (!whole && mostOutside >= least) {
      return false;
    }
    whole = true;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (logits[i] >= least) {
        keep(i, kept++);
      }
    }
    size = kept;
    return true;
  }

  /** Computes the probabilities of what is left; needed before the calls below. */
  void weigh() {
    double total = 0;
    for (int i = 0; i < size; i++) {
      if (!weighed) {
        weights[i] = Math.exp(logits[i]);
      }
      total += weights[i];
    }
    weighed = true;
    weightHere = total;
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
    double above = undecided(borderBelow);
    if (above >= mass * totalWeight || select.size() == 0) {
      above = undecided(Double.POSITIVE_INFINITY);
    }
    double border = select.threshold(mass * totalWeight - above);
    if (!whole && (mostOutside >= border || weightHere < mass * totalWeight)) {
      return false;
    }
    whole = true;
    double weightAtBorder = 0;
    int atBorder = 0;
    for (int i = 0; i < select.size(); i++) {
      if (select.key(i) > border) {
        above += select.mass(i);
      } else if (select.key(i) == border) {
        weightAtBorder = select.mass(i);
        atBorder++;
      }
    }
    double missing = (mass * totalWeight - above) / weightAtBorder;
    int wanted = (int) Math.clamp(Math.ceil(missing), 1, atBorder);
    int surplus = atBorder - wanted;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (logits[i] > border || (logits[i] == border && surplus-- <= 0)) {
        keep(i, kept++);
      }
    }
    size = kept;
    weightHere = above + wanted * weightAtBorder;
    totalWeight = weightHere;
    return true;
  }

  /** Leaves what is not above {@code sure} to select from; the weight of what is. */
  private double undecided(double sure) {
    double above = 0;
    select.clear();
    for (int i = 0; i < size; i++) {
      if (logits[i] > sure) {
        above += weights[i];
      } else {
        select.add(logits[i], weights[i]);
      }
    }
    return above;
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
    select.clear();
    for (int i = 0; i < size; i++) {
      select.add(-Math.abs(information(i) - entropy), weights[i]);
    }
    double border = select.threshold(mass * totalWeight);
    if (!whole) {
      // the others have more information than this each
      double least = -Math.log(Math.exp(mostOutside) / totalWeight);
      if (least <= entropy || entropy - least >= border || weightHere < mass * totalWeight) {
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
    weightHere = total;
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

  /** Probability of the candidates together: 1 unless others may be drawn too. */
  double mass() {
    return whole ? 1 : Math.min(1, weightHere / totalWeight);
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
}
