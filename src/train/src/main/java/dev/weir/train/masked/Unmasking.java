package dev.weir.train.masked;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which pixels become known together: those that the network is most certain of, as many as what
 * they may tell of each other stays under a bound (Ben-Hamu et al. 2025, "Accelerated sampling from
 * masked diffusion models via entropy bounded unmasking"). Pixels that are chosen at the same time
 * are chosen independently; the mutual information that this leaves out is at most the sum of their
 * entropies but the largest.
 */
final class Unmasking {
  /** Nats. */
  static final double BOUND = 0.1;

  /** Evaluations before the last one in which what is left is spread evenly. */
  private static final int LAST = 8;

  private Unmasking() {}

  /**
   * The next ones, at least one.
   *
   * @param unknown at least one: [pixels]
   * @param entropies of the pixels, nats: [pixels], from {@code at} on
   * @param evaluationsLeft behind this one; with 0 all that are left become known
   */
  static List<Integer> next(boolean[] unknown, float[] entropies, int at, int evaluationsLeft) {
    List<Integer> pixels = new ArrayList<>();
    for (int i = 0; i < unknown.length; i++) {
      if (unknown[i]) {
        pixels.add(i);
      }
    }
    // stable: of equal ones the first in the picture
    pixels.sort(Comparator.comparingDouble(pixel -> entropies[at + pixel]));
    int least = evaluationsLeft < LAST ? Math.ceilDiv(pixels.size(), evaluationsLeft + 1) : 1;
    int count = 1; // the largest so far does not count
    double before = 0;
    while (count < pixels.size()) {
      before += Math.max(0, entropies[at + pixels.get(count - 1)]);
      if (count >= least && before > BOUND) {
        break;
      }
      count++;
    }
    return List.copyOf(pixels.subList(0, count));
  }
}
