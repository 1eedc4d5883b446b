package dev.weir.engine;

import dev.weir.engine.TokenSpan.TokenLogprob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokens that one step makes of a sequence. */
final class Emission {
  private final Sequence sequence;
  private final int first;
  private final Instant born;
  private final int[] ids;
  private final StringBuilder text = new StringBuilder();
  private final List<TokenLogprob> logprobs = new ArrayList<>(0);
  private int count;

  /**
   * @param most how many there may be
   */
  Emission(Sequence sequence, int most, Instant born) {
    this.sequence = sequence;
    this.born = born;
    first = sequence.nextIndex();
    ids = new int[most];
  }

  void add(int token, String released, @Nullable TokenLogprob logprob) {
    ids[count++] = token;
    text.append(released);
    if (logprob != null) {
      logprobs.add(logprob);
    }
  }

  int tokens() {
    return count;
  }

  TokenSpan span() {
    return new TokenSpan(
        first,
        Arrays.copyOf(ids, count),
        text.toString(),
        List.copyOf(logprobs),
        born,
        sequence.promptLength(),
        sequence.cachedTokens());
  }
}
