package dev.weir.bench.text;

import java.util.List;

/**
 * What everybody does in a round.
 *
 * @param batches sequences at the same time, one row each
 * @param promptTokens of each sequence
 * @param outputTokens of each sequence; end-of-sequence is ignored
 * @param prefillTokens of the one long prompt
 * @param threads of everybody
 */
public record Workload(
    List<Integer> batches, int promptTokens, int outputTokens, int prefillTokens, int threads) {

  public Workload {
    batches = List.copyOf(batches);
    if (batches.isEmpty()
        || batches.stream().anyMatch(batch -> batch < 1)
        || promptTokens < 2
        || outputTokens < 1
        || prefillTokens < 2
        || threads < 1) {
      throw new IllegalArgumentException(
          "batches %s, prompts of %d, outputs of %d, a prefill of %d, %d threads: all must be 1 or more, prompts 2"
              .formatted(batches, promptTokens, outputTokens, prefillTokens, threads));
    }
  }

  /** 64 tokens in, 64 out, and a prompt of 512. */
  public static Workload of(List<Integer> batches, int threads) {
    return new Workload(batches, 64, 64, 512, threads);
  }

  int largestBatch() {
    return batches.stream().mapToInt(Integer::intValue).max().orElseThrow();
  }
}
