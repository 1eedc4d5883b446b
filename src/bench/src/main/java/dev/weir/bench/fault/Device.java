package dev.weir.bench.fault;

import dev.weir.stream.Cursor;
import org.jspecify.annotations.Nullable;

/** One way to read streams. Safe for use by any thread. */
interface Device {
  /** In a word, for reports. */
  String name();

  /**
   * Reads a stream until it ends, or until the connection does.
   *
   * @param after what was taken last; null: from the beginning
   * @param gateway index of the gateway to use, of those that there are
   * @throws Gone if the stream or the place in it is said not to exist
   * @throws java.io.IOException if the connection broke or is refused now
   */
  void read(
      String requestId,
      @Nullable Cursor after,
      int gateway,
      StreamCheck check,
      Connection connection)
      throws java.io.IOException, InterruptedException;

  /** A reader is told that what was accepted is not there. */
  final class Gone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Gone(String message) {
      super(message);
    }
  }
}
