package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.weir.text.ModelConfig.Rope;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Cosine and sine of every position and pair, [context, pairs] each, filled as far as sequences
 * have come. Angles are rounded to float32 as the reference implementations' are.
 */
final class RotaryTable {
  private static final int STRIDE = 256;

  private final List<Double> frequencies;
  private final double factor;
  private final int context;
  private final MemorySegment cosine;
  private final MemorySegment sine;
  private int filled;

  RotaryTable(Rope rope, int context, NativeMemory memory) {
    frequencies = rope.inverseFrequencies();
    factor = rope.attentionFactor();
    this.context = context;
    long bytes = (long) context * frequencies.size() * Float.BYTES;
    cosine = memory.allocate(bytes);
    sine = memory.allocate(bytes);
  }

  MemorySegment cosine() {
    return cosine;
  }

  MemorySegment sine() {
    return sine;
  }

  /** Makes positions below {@code end} usable. */
  void cover(int end) {
    if (end <= filled) {
      return;
    }
    int to = Math.min(context, Math.ceilDiv(end, STRIDE) * STRIDE);
    int pairs = frequencies.size();
    for (int position = filled; position < to; position++) {
      for (int pair = 0; pair < pairs; pair++) {
        float angle = position * frequencies.get(pair).floatValue();
        long at = (long) position * pairs + pair;
        cosine.setAtIndex(JAVA_FLOAT, at, (float) (Math.cos(angle) * factor));
        sine.setAtIndex(JAVA_FLOAT, at, (float) (Math.sin(angle) * factor));
      }
    }
    filled = to;
  }
}
