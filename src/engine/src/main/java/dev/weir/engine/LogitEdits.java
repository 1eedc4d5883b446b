package dev.weir.engine;

import org.jspecify.annotations.Nullable;

/**
 * How a row of logits is changed before a token is chosen from it. In this order: tokens that are
 * not allowed become minus infinity, the bias is added, a positive result is divided by the
 * repetition penalty and another one multiplied by it (Keskar 2019), and at last the reduction is
 * subtracted (frequency and presence penalty).
 *
 * @param ids different tokens that have a bias or a penalty, [n]
 * @param bias added, minus infinity bans the token, [n]
 * @param repetition above 0, 1 is none, [n]
 * @param reduction subtracted, [n]
 * @param allowed bit i % 64 of word i / 64 says whether token i is allowed, [vocabulary / 64,
 *     rounded up]; null: all are
 */
@SuppressWarnings("ArrayRecordComponent") // made for one step, never compared
public record LogitEdits(
    int[] ids, float[] bias, float[] repetition, float[] reduction, long @Nullable [] allowed) {
  /** Changes nothing. */
  public static final LogitEdits NONE = of(new int[0], new float[0], new float[0], new float[0]);

  public LogitEdits {
    if (bias.length != ids.length
        || repetition.length != ids.length
        || reduction.length != ids.length) {
      throw new IllegalArgumentException(
          "%d ids with %d, %d and %d values"
              .formatted(ids.length, bias.length, repetition.length, reduction.length));
    }
  }

  /** Changes of some tokens' logits. */
  public static LogitEdits of(int[] ids, float[] bias, float[] repetition, float[] reduction) {
    return new LogitEdits(ids, bias, repetition, reduction, null);
  }

  /** The same, of these tokens alone; see {@code allowed}. */
  public LogitEdits allowing(long[] words) {
    return new LogitEdits(ids, bias, repetition, reduction, words);
  }

  /** Changes a row, [vocabulary]: what every implementation must do. */
  public void apply(float[] logits) {
    if (allowed != null) {
      for (int id = 0; id < logits.length; id++) {
        if ((allowed[id >> 6] >>> id & 1) == 0) {
          logits[id] = Float.NEGATIVE_INFINITY;
        }
      }
    }
    for (int i = 0; i < ids.length; i++) {
      float logit = logits[ids[i]] + bias[i];
      logits[ids[i]] = (logit > 0 ? logit / repetition[i] : logit * repetition[i]) - reduction[i];
    }
  }
}
