package dev.weir.bench.stream;

import dev.weir.bench.Samples;
import java.util.Arrays;

/**
 * How old tokens were when they came, in a window of time. The thread of {@link LoadClients}
 * writes; others read when the window is closed.
 */
final class Delays {
  private int[] ticks = new int[1 << 16];
  private int tokens;
  private long records;
  private boolean open;

  /** Forgets what was before. */
  void begin() {
    tokens = 0;
    records = 0;
    open = true;
  }

  void end() {
    open = false;
  }

  boolean isOpen() {
    return open;
  }

  /** A record's tokens have come. */
  void record() {
    records++;
  }

  void token(int ageTicks) {
    if (tokens == ticks.length) {
      ticks = Arrays.copyOf(ticks, 2 * tokens);
    }
    ticks[tokens++] = ageTicks;
  }

  int tokens() {
    return tokens;
  }

  double tokensPerRecord() {
    return (double) tokens / records;
  }

  /** In milliseconds. */
  Samples samples() {
    double[] ms = new double[tokens];
    for (int i = 0; i < tokens; i++) {
      ms[i] = ticks[i] / BirthMark.TICKS_PER_MS;
    }
    return new Samples(ms);
  }
}
