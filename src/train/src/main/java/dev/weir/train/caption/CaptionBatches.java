package dev.weir.train.caption;

import dev.weir.torch.train.HostTensor;
import dev.weir.train.Batches;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Captions one behind the other, each after an end of text, in rows of one length; the last of a
 * row goes as far as it fits. Half of those that are learned from are encoded in two pieces, cut
 * somewhere, as what is half written is cut: in the middle of a word, or behind a blank. Not safe
 * for use by several threads.
 */
public final class CaptionBatches implements Batches {
  private static final double CUT = 0.5;

  private final PortraitCaptions captions;
  private final BytePairs.Encoder encoder = new BytePairs.Encoder(CaptionTokenizer.pairs());
  private final long seed;
  private final int rows;
  private final int length;
  private final boolean cuts;

  /**
   * Nothing is drawn yet.
   *
   * @param rows of a batch
   * @param positions of a row that predict something: a row has one token more
   */
  public CaptionBatches(Use use, long seed, int rows, int positions) {
    this.captions = new PortraitCaptions(use, seed);
    this.seed = seed;
    this.rows = rows;
    this.length = positions + 1;
    this.cuts = use == Use.TRAINING;
  }

  @Override
  public Map<String, HostTensor.Integers> at(long step) {
    int[] tokens = new int[rows * length];
    for (int row = 0; row < rows; row++) {
      // A caption has a token at least: no row wants more captions than it has tokens.
      long caption = (step * rows + row) * length;
      int n = 0;
      while (n < length) {
        tokens[row * length + n++] = BytePairs.END_ID;
        int[] ids = encoded(caption++);
        int fitting = Math.min(ids.length, length - n);
        System.arraycopy(ids, 0, tokens, row * length + n, fitting);
        n += fitting;
      }
    }
    return Map.of(
        CaptionTransformer.TOKENS, new HostTensor.Integers(List.of(rows, length), tokens));
  }

  private int[] encoded(long index) {
    String caption = captions.at(index);
    // another stream of numbers than that of the phrasing
    SplittableRandom random = new SplittableRandom(~PortraitCaptions.mixed(seed, index));
    if (!cuts || caption.length() < 2 || random.nextDouble() >= CUT) {
      return encoder.encode(caption);
    }
    int cut = random.nextInt(1, caption.length());
    int[] first = encoder.encode(caption.substring(0, cut));
    int[] second = encoder.encode(caption.substring(cut));
    int[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
