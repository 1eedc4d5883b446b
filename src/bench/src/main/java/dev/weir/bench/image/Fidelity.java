package dev.weir.bench.image;

import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.Portrait;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitPainter;
import dev.weir.train.portrait.TrainingPortraits.Example;
import java.util.Arrays;
import java.util.List;

/** How far pictures are what was asked for, and pictures that can be at all. */
final class Fidelity {
  private final PortraitDesign design;
  private final PortraitPainter painter;

  Fidelity(PortraitDesign design) {
    this.design = design;
    this.painter = new PortraitPainter(design);
  }

  /** Share of pixels that are equal. */
  static Estimate pixels(List<byte[]> expected, List<byte[]> drawn) {
    double[] shares = new double[drawn.size()];
    for (int p = 0; p < shares.length; p++) {
      int area = drawn.get(p).length;
      shares[p] = 1 - (double) Neighbours.distance(expected.get(p), drawn.get(p)) / area;
    }
    return Estimate.ofMean(shares);
  }

  /** Share of pictures all of whose pixels are equal. */
  static Estimate exact(List<byte[]> expected, List<byte[]> drawn) {
    int exact = 0;
    for (int p = 0; p < drawn.size(); p++) {
      exact += Arrays.equals(expected.get(p), drawn.get(p)) ? 1 : 0;
    }
    return Estimate.ofShare(exact, drawn.size());
  }

  /**
   * Share of the values that were said that are recognised in the pictures.
   *
   * @param asked what was said; what is said of none counts for nothing
   * @param read of the pictures that were drawn: [pictures][attributes]
   */
  static Estimate attributes(List<Example> asked, int[][] read) {
    double[] right = new double[read.length];
    double[] said = new double[read.length];
    for (int p = 0; p < read.length; p++) {
      int[] values = asked.get(p).said();
      for (int i = 0; i < values.length; i++) {
        if (values[i] != CaptionReading.UNSAID) {
          said[p]++;
          right[p] += values[i] == read[p][i] ? 1 : 0;
        }
      }
    }
    return Estimate.ofRatio(right, said);
  }

  /**
   * Share of pictures that are legal: drawn again from what is recognised in them, all their pixels
   * are equal. It needs no picture to compare with, so it tells of what was asked for in part or
   * not at all.
   */
  Estimate legal(List<byte[]> pictures, int[][] read) {
    int legal = 0;
    for (int p = 0; p < pictures.size(); p++) {
      legal += isLegal(pictures.get(p), read[p]) ? 1 : 0;
    }
    return Estimate.ofShare(legal, pictures.size());
  }

  private boolean isLegal(byte[] picture, int[] read) {
    try {
      return Arrays.equals(painter.draw(Portrait.of(design, read)), picture);
    } catch (IllegalArgumentException e) {
      return false; // no portrait: the colour of a part that is not there, or a part without one
    }
  }
}
