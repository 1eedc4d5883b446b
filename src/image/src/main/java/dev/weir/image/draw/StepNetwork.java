package dev.weir.image.draw;

import java.util.List;

/**
 * A network that draws in steps: those under way, at whatever step each of them is, take the next
 * one together. For use by one thread.
 */
public interface StepNetwork extends AutoCloseable {
  /** Most pictures of a step. */
  int slots();

  /**
   * Checks that the network can draw it.
   *
   * @throws dev.weir.engine.InvalidRequest if it never can. Called by any thread
   */
  void check(PictureRequest request);

  /** Begins a picture; cheap. */
  Canvas begin(PictureRequest request);

  /**
   * Takes each a step further. What becomes of one does not depend on the others.
   *
   * @param canvases 1 to {@link #slots} of them, none finished
   */
  void step(List<Canvas> canvases);

  @Override
  void close();

  /** A picture under way. */
  interface Canvas {
    /** Steps that are done. */
    int step();

    /** Steps that it takes in all, 1 or more. */
    int steps();

    /** What there is of it now: 0xaarrggbb, [pixels]. */
    int[] preview();

    /** The picture, once all steps are done: [pixels]. */
    byte[] places();
  }
}
