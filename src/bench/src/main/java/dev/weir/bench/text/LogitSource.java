package dev.weir.bench.text;

import dev.weir.bench.peer.LogitStream;
import java.util.List;
import java.util.function.Function;

/** Who gives logits behind every token of windows. */
@FunctionalInterface
interface LogitSource {

  /** Takes the rows. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Takes one.
     *
     * @param window its number
     * @param position of the token whose successor the row predicts
     * @param logits [vocabulary]; reused
     */
    void onRow(int window, int position, float[] logits);
  }

  /** Gives the rows of each window in the order of positions. */
  void read(List<int[]> windows, Visitor visitor);

  /** A peer's, which come as a stream. */
  static LogitSource of(Function<List<int[]>, LogitStream> peer) {
    return (windows, visitor) -> {
      try (LogitStream stream = peer.apply(windows)) {
        float[] row = new float[stream.vocabulary()];
        for (int window = 0; window < windows.size(); window++) {
          for (int position = 0; position < windows.get(window).length; position++) {
            stream.next(row);
            visitor.onRow(window, position, row);
          }
        }
      }
    };
  }
}
