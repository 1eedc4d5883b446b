package dev.weir.engine;

import dev.weir.engine.Scheduler.Part;
import org.jspecify.annotations.Nullable;

/**
 * Draws the next tokens of a sequence from the rows of a step, as many as its draft had right and
 * one, and takes them into its output.
 */
final class TokenDraw {
  private final Sampler sampler;
  private final Scheduler scheduler;
  private final EngineMetrics metrics;

  TokenDraw(Sampler sampler, Scheduler scheduler, EngineMetrics metrics) {
    this.sampler = sampler;
    this.scheduler = scheduler;
    this.metrics = metrics;
  }

  /**
   * Draws.
   *
   * @param row of the output, the first of the part
   * @param emission takes the tokens
   * @return what went wrong behind them, so that what is in the cache must not be found; or null
   */
  @Nullable RuntimeException draw(Part part, StepOutput output, int row, Emission emission) {
    RuntimeException fault = null;
    int right = 0;
    try {
      while (next(part, output, row, right, emission)) {
        right++;
      }
    } catch (RuntimeException e) {
      scheduler.spoil(part.sequence());
      fault = e;
    }
    if (part.draft() > 0) {
      metrics.onDraft(part.draft(), right);
    }
    return fault;
  }

  /**
   * Draws the token behind those of the draft that were right.
   *
   * @return whether it is the next of the draft, and the output goes on
   */
  private boolean next(Part part, StepOutput output, int row, int right, Emission emission) {
    Sequence sequence = part.sequence();
    SamplingParameters parameters = sequence.request.sampling();
    SequenceSlice slice = part.slice();
    int token =
        sampler.sample(
            output,
            row + right,
            slice.queries().get(right),
            parameters,
            sequence.request.seed(),
            sequence.nextIndex());
    int top = parameters.topLogprobs();
    emission.add(
        token,
        sequence.output.append(token),
        top < 0 ? null : Sampler.logprob(output, row + right, token, top));
    sequence.append(token);
    scheduler.generated(sequence);
    if (right == part.draft()) {
      return false;
    }
    boolean guessed = token == slice.tokens()[part.known() + right];
    sequence.verified(guessed);
    if (!guessed || sequence.output.finished() != null) {
      return false;
    }
    scheduler.accepted(sequence);
    return true;
  }
}
