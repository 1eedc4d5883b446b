package dev.weir.image.draw;

import java.time.Instant;

/**
 * One picture to draw.
 *
 * @param id names it in logs
 * @param condition the value of each attribute; as many as the attribute has values: unsaid
 * @param seed the picture is a function of it, of the condition, the temperature and the source
 * @param temperature how far from the most probable; 0: the most probable of each choice
 * @param previews most pictures on its way that are wanted
 * @param deadline after which it is stopped
 * @param tenant shares of the engine are dealt out between these
 * @param priority the higher goes first; 0 normally
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record PictureRequest(
    String id,
    int[] condition,
    long seed,
    double temperature,
    Source source,
    int previews,
    Instant deadline,
    String tenant,
    int priority) {

  /** What a picture is made from beside words. */
  public sealed interface Source {
    /** Words alone. */
    record None() implements Source {}

    /**
     * A variation.
     *
     * @param places in the palette: [pixels]
     * @param strength 0: the picture as the model sees it; 1: as good as another one
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Variation(byte[] places, double strength) implements Source {}

    /**
     * A point on the way between two pictures.
     *
     * @param first [pixels]
     * @param second [pixels]
     * @param share of the second, 0 to 1
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Between(byte[] first, byte[] second, double share) implements Source {}
  }
}
