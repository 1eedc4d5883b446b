package dev.weir.train.masked;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Which pixels become known together: the next ones of an order that a picture's seed gives, as
 * many as what they may tell of each other stays under a bound. Pixels that are chosen at the same
 * time are chosen independently; the mutual information that this leaves out is at most the sum of
 * their entropies but the largest (Ben-Hamu et al. 2025, "Accelerated sampling from masked
 * diffusion models via entropy bounded unmasking").
 *
 * <p>The order is random, not from certain to uncertain as there: what is known is then as likely
 * as it was while the network learned.
 */
final class Unmasking {
  /** Nats. */
  static final double BOUND = 0.1;

  /** Evaluations before the last one in which what is left is spread evenly. */
  private static final int LAST = 8;

  private Unmasking() {}

  /** All pixels, each order as likely. */
  static int[] order(SplittableRandom random, int pixels) {
    int[] order = new int[pixels];
    for (int i = 1; i < pixels; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /**
   * The next ones, at least one.
   *
   * @param order of the pixels
   * @param unknown at least one: [pixels]
   * @param entropies of the pixels, nats: [pixels], from {@code at} on
   * @param evaluationsLeft behind this one; with 0 all that are left become known
   */
  static List<Integer> next(
      int[] order, boolean[] unknown, float[] entropies, int at, int evaluationsLeft) {
    List<Integer> pixels = Arrays.stream(order).filter(i -> unknown[i]).boxed().toList();
    int least = evaluationsLeft < LAST ? Math.ceilDiv(pixels.size(), evaluationsLeft + 1) : 1;
    double sum = 0;
    double largest = 0;
    int count = 0;
    while (count < pixels.size()) {
      double entropy = Math.max(0, entropies[at + pixels.get(count)]);
      sum += entropy;
      largest = Math.max(largest, entropy);
      if (count >= least && sum - largest > BOUND) {
        break;
      }
      count++;
    }
    return pixels.subList(0, count);
  }
}
