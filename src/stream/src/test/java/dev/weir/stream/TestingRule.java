package dev.weir.stream;

import dev.weir.proto.v1.Chunk;
import java.util.ArrayList;
import java.util.List;

/**
 * The rule as a definition, without any state: whether record i counts is asked of all records
 * before it. Slow, and written apart from {@link StreamRule}.
 */
final class TestingRule {
  private TestingRule() {}

  static boolean counts(List<Chunk> records, int i) {
    boolean[] counting = new boolean[i + 1];
    for (int j = 0; j <= i; j++) {
      counting[j] = counts(records, j, counting);
    }
    return counting[i];
  }

  private static boolean counts(List<Chunk> records, int i, boolean[] counting) {
    Chunk chunk = records.get(i);
    Chunk current = null;
    long taken = 0;
    for (int j = 0; j < i; j++) {
      Chunk before = records.get(j);
      if (counting[j] && before.hasFinished()) {
        return false;
      }
      if (counting[j] && before.hasStarted()) {
        current = before;
      }
      if (counting[j] && before.hasTokens()) {
        taken += before.getTokens().getIdsCount();
      }
    }
    boolean ofCurrent = current != null && current.getAttempt().equals(chunk.getAttempt());
    return (chunk.hasStarted() && chunk.getAttempt().size() == 16)
        || (ofCurrent && chunk.hasPreview())
        || (ofCurrent
            && chunk.hasTokens()
            && chunk.getTokens().getIdsCount() > 0
            && chunk.getTokens().getFirstIndex() == taken)
        || (ofCurrent && chunk.hasFinished() && chunk.getFinished().getTotal() == taken);
  }

  static List<Chunk> stream(StreamRule rule, List<Chunk> records) {
    List<Chunk> stream = new ArrayList<>();
    for (Chunk chunk : records) {
      if (rule.apply(chunk).counts()) {
        stream.add(chunk);
      }
    }
    return stream;
  }
}
