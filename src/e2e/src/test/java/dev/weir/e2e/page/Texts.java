package dev.weir.e2e.page;

/** What models might say. */
final class Texts {
  /** All that the page renders, in one answer. */
  static final String MARKDOWN =
      """
      A **weir** is a low dam built across a river. It does not store much water: it *raises* the \
      level upstream and lets the surplus pour over its crest.

      ## What it changes

      1. **Upstream** the water stands higher and flows slower, so sediment settles.
      2. **At the crest** the depth fixes the discharge, which is why engineers *measure* there:
         - a sharp crest for small flows
         - a broad crest for large ones
      3. **Downstream** the falling water digs a pool and takes up oxygen.

      The discharge over a sharp-crested weir follows from the head `h`:

      ```python
      def discharge(width_m: float, head_m: float) -> float:
          \"""Rehbock's form for a rectangular weir, in cubic metres per second.\"""
          coefficient = 0.611 + 0.075 * head_m / 0.5
          return 2 / 3 * coefficient * (2 * 9.81) ** 0.5 * width_m * head_m ** 1.5
      ```

      | crest | used for | accuracy |
      |---|---|---|
      | sharp | laboratories | 1 % |
      | broad | rivers | 5 % |

      > A weir is a ruler laid across a stream.
      """;

  private Texts() {}
}
