package dev.weir.bench.text;

import java.util.Locale;

/**
 * Something that is measured in output tokens per second (prompt tokens for a prefill).
 *
 * @param size sequences at the same time, or tokens of the prompt
 */
record Measure(Phase phase, int size) {

  /** What is in the time. */
  enum Phase {
    /** Outputs alone: every prompt was computed before the clock started. */
    DECODE,
    /** From handing over the prompts to the last token of output. */
    THROUGHPUT,
    /** One prompt, up to the first token of output. */
    PREFILL
  }

  /** In results: {@code decode.b16}, {@code throughput.b1}, {@code prefill.512}. */
  String name() {
    return phase.name().toLowerCase(Locale.ROOT) + (phase == Phase.PREFILL ? "." : ".b") + size;
  }
}
