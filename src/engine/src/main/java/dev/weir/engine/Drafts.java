package dev.weir.engine;

import dev.weir.engine.Scheduler.Part;

/**
 * Puts drafts behind the outputs of a step, where there is room and it pays: see {@link
 * Speculation}. Nobody waits for the blocks of a draft, so it takes what is free and no more.
 */
final class Drafts {
  private final StepBudget budget;
  private final BlockPool pool;
  private final Sampler sampler;

  Drafts(StepBudget budget, BlockPool pool, Sampler sampler) {
    this.budget = budget;
    this.pool = pool;
    this.sampler = sampler;
  }

  /**
   * Adds them.
   *
   * @param plan has parts of one token alone yet
   */
  void addTo(StepPlan plan) {
    StepLoad load = plan.load();
    if (load.outputs() == 0) {
      return;
    }
    int parts = plan.parts().size();
    double worth = budget.outputNanos(load);
    double cost = Math.max(1, budget.draftNanos(load.outputPositions() / load.outputs()));
    int most = worth == 0 ? 0 : budget.stepTokens() - parts;
    for (int i = 0; i < parts && most > 0; i++) {
      Sequence sequence = plan.parts().get(i).sequence();
      if (!sequence.proceeded()) {
        continue;
      }
      int room = sequence.blockCount() * LanguageModel.BLOCK_TOKENS - sequence.computed() - 1;
      room += pool.free() * LanguageModel.BLOCK_TOKENS;
      int[] draft = sequence.draft(Math.min(most, room), worth, cost);
      if (draft.length > 0) {
        int wanted = BlockPool.blocksFor(sequence.computed() + 1 + draft.length);
        while (sequence.blockCount() < wanted) {
          sequence.addBlock(pool.take());
        }
        plan.guess(i, new Part(sequence, sequence.slice(1, draft, sampler), draft.length));
        most -= draft.length;
      }
    }
  }
}
