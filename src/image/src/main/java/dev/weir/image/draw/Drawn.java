package dev.weir.image.draw;

/** How a picture ended. */
public sealed interface Drawn {
  /**
   * It is whole.
   *
   * @param places in the palette, row by row: [pixels]
   * @param steps evaluations of the network that it took
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Picture(byte[] places, int steps) implements Drawn {}

  /** It was no longer wanted. */
  record Cancelled() implements Drawn {}

  /** Its time was over. */
  record Late() implements Drawn {}

  /** A fault of ours. */
  record Failed(Throwable cause) implements Drawn {}
}
