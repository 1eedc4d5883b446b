package dev.weir.bench.text;

import dev.weir.torch.QualityReport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The logits that a model has in float32 on the second halves of windows, kept so that others can
 * be held against them one after the other; the first halves are context.
 */
final class ReferenceLogits implements AutoCloseable {
  private final List<int[]> windows;
  private final int vocabulary;
  private final long[] firstRow;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment rows;

  private ReferenceLogits(List<int[]> windows, int vocabulary) {
    this.windows = windows;
    this.vocabulary = vocabulary;
    firstRow = new long[windows.size() + 1];
    for (int i = 0; i < windows.size(); i++) {
      firstRow[i + 1] = firstRow[i] + windows.get(i).length / 2;
    }
    long bytes = firstRow[windows.size()] * vocabulary * Float.BYTES;
    rows = arena.allocate(Math.max(1, bytes), Float.BYTES);
  }

  /** Reads the rows of the reference. */
  static ReferenceLogits of(LogitSource reference, List<int[]> windows, int vocabulary) {
    ReferenceLogits kept = new ReferenceLogits(windows, vocabulary);
    try {
      reference.read(
          windows,
          (window, position, logits) -> {
            long row = kept.row(window, position);
            if (row >= 0) {
              MemorySegment.copy(
                  logits, 0, kept.rows, ValueLayout.JAVA_FLOAT, kept.at(row), vocabulary);
            }
          });
    } catch (RuntimeException e) {
      kept.close();
      throw e;
    }
    return kept;
  }

  /**
   * What somebody else loses.
   *
   * @throws IllegalArgumentException if the vocabularies differ
   */
  QualityReport compare(LogitSource other) {
    QualityReport.Comparison comparison = new QualityReport.Comparison();
    float[] reference = new float[vocabulary];
    other.read(
        windows,
        (window, position, logits) -> {
          if (logits.length != vocabulary) {
            throw new IllegalArgumentException(
                "rows of %d logits, the reference has %d".formatted(logits.length, vocabulary));
          }
          long row = row(window, position);
          if (row >= 0) {
            MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, at(row), reference, 0, vocabulary);
            comparison.add(
                reference,
                logits,
                windows.get(window)[position + 1],
                argMax(reference) == argMax(logits));
          }
        });
    return comparison.report();
  }

  /** Of the row behind a token; -1 if its prediction does not count. */
  private long row(int window, int position) {
    int length = windows.get(window).length;
    int first = length - length / 2 - 1;
    return position < first || position + 1 >= length ? -1 : firstRow[window] + position - first;
  }

  private long at(long row) {
    return row * vocabulary * Float.BYTES;
  }

  private static int argMax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void close() {
    arena.close();
  }
}
