package dev.weir.image.draw;

/** Hears of one picture. Called by the engine's thread, which it must not block. */
public interface PictureListener {
  /** It has a place now and is drawn as soon as it may proceed. */
  void onAdmitted();

  /**
   * The picture on its way.
   *
   * @param step how many of its steps are done
   * @param argb 0xaarrggbb, row by row, transparent where nothing is drawn yet: [pixels]
   */
  void onPreview(int step, int steps, int[] argb);

  /** How it ended; nothing comes after it. Called exactly once, unless the picture is abandoned. */
  void onEnded(Drawn drawn);
}
