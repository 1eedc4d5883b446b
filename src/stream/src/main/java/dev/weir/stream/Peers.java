package dev.weir.stream;

import dev.weir.proto.v1.ModelCard;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What the other workers of a model say on their cards. For use by any thread. */
final class Peers {
  private final ModelRegistry registry;
  private final String model;
  private final String worker;
  // worker to when its card was written whose free slots were claimed last
  private Map<String, Long> claimed = new HashMap<>();

  Peers(ModelRegistry registry, String model, String worker) {
    this.registry = registry;
    this.model = model;
    this.worker = worker;
  }

  private Stream<ModelCard> others() {
    return registry.cards().stream()
        .filter(card -> card.getModel().equals(model) && !card.getWorker().equals(worker));
  }

  /** Whether anybody else serves the model. */
  boolean any() {
    return others().findAny().isPresent();
  }

  /** Slots that others have free. */
  int freeSlots() {
    return others().mapToInt(Peers::free).sum();
  }

  /**
   * Slots that others have free by cards that were not claimed before: what is given back for a
   * card's slots shows only on the next one.
   */
  synchronized int claim() {
    Map<String, Long> seen = new HashMap<>();
    int free =
        others()
            .mapToInt(card -> {
              seen.put(card.getWorker(), card.getWrittenMs());
              Long last = claimed.get(card.getWorker());
              return last == null || last < card.getWrittenMs() ? free(card) : 0;
            })
            .sum();
    claimed = seen; // workers that are gone are forgotten
    return free;
  }

  /** Of a worker whose own requests wait, nothing: it would wait there too. */
  static int free(ModelCard card) {
    return Math.max(0, card.getSlots() - card.getRunning() - card.getWaiting());
  }
}
