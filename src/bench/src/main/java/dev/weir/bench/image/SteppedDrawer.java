package dev.weir.bench.image;

import java.util.List;

/** Draws in evaluations of a network, of which a picture takes as many as it needs. */
interface SteppedDrawer extends Drawer {
  /**
   * Evaluates the network for as many pictures at once as there are conditions; where one is whole
   * another begins.
   *
   * @param conditions as {@link #draw}
   * @param seed of the pictures
   */
  void steps(List<int[]> conditions, long seed, int steps);
}
