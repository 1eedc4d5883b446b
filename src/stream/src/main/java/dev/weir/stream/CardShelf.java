package dev.weir.stream;

import dev.weir.proto.v1.ModelCard;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest card of each worker and model; a card counts while it is fresh. Safe for use by any
 * thread.
 */
final class CardShelf {
  /** A card is renewed every 10 s and ignored after 30 s. */
  static final Duration FRESH = Duration.ofSeconds(30);

  /** Cards of workers that are gone are dropped when the shelf holds more than that many. */
  static final int MAX_CARDS = 10_000;

  private final Map<String, ModelCard> cards = new ConcurrentHashMap<>();
  private final InstantSource clock;

  CardShelf(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A record of the topic.
   *
   * @param card null where the worker has taken it back
   */
  void put(String key, @Nullable ModelCard card) {
    if (card == null) {
      cards.remove(key);
      return;
    }
    cards.put(key, card);
    if (cards.size() > MAX_CARDS) {
      cards.values().removeIf(old -> !fresh(old));
    }
  }

  /** Cards that are fresh, by model and worker. */
  List<ModelCard> fresh() {
    return cards.values().stream()
        .filter(this::fresh)
        .sorted(Comparator.comparing(ModelCard::getModel).thenComparing(ModelCard::getWorker))
        .toList();
  }

  int size() {
    return cards.size();
  }

  private boolean fresh(ModelCard card) {
    return clock.millis() - card.getWrittenMs() <= FRESH.toMillis();
  }
}
