package dev.weir.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What happened in one schedule, line by line; costs nothing where nobody wants it. */
final class Journal {
  private static final int KEPT = 120;

  private final Agenda agenda;
  private final @Nullable Consumer<String> lines;
  private final Deque<String> last = new ArrayDeque<>();

  Journal(Agenda agenda, @Nullable Consumer<String> lines) {
    this.agenda = agenda;
    this.lines = lines;
  }

  void note(Supplier<String> what) {
    if (lines != null) {
      String line = "%7d %s".formatted(agenda.elapsedMs(), what.get());
      lines.accept(line);
      if (last.size() == KEPT) {
        last.removeFirst();
      }
      last.addLast(line);
    }
  }

  /** The last lines. */
  String tail() {
    return String.join("\n", last);
  }
}
