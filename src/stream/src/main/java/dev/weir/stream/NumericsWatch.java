package dev.weir.stream;

import dev.weir.proto.v1.ModelCard;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns when workers of one model do not compute the same: a stream that goes on at another worker
 * may then go on differently than it would have. For use by one thread.
 */
final class NumericsWatch {
  private static final Logger log = LoggerFactory.getLogger(NumericsWatch.class);

  private final @Nullable MeterRegistry registry;
  private final Predicate<String> models;
  private final Map<String, Seen> seen = new HashMap<>();

  /** What the workers of one model had when they were looked at last. */
  private static final class Seen {
    private volatile int count;
    private Set<String> ids = Set.of();
    private @Nullable Gauge gauge;
  }

  /**
   * @param registry takes {@code weir.model.numerics.ids}; null: nobody measures
   * @param models that are watched
   */
  NumericsWatch(@Nullable MeterRegistry registry, Predicate<String> models) {
    this.registry = registry;
    this.models = models;
  }

  /**
   * @param cards that are fresh
   */
  void look(List<ModelCard> cards) {
    Map<String, SortedMap<String, List<String>>> workers =
        cards.stream()
            .filter(card -> !card.getNumericsId().isEmpty() && models.test(card.getModel()))
            .collect(
                Collectors.groupingBy(
                    ModelCard::getModel,
                    Collectors.groupingBy(
                        ModelCard::getNumericsId,
                        TreeMap::new,
                        Collectors.mapping(ModelCard::getWorker, Collectors.toList()))));
    workers.forEach(this::look);
    forget(workers.keySet());
  }

  private void look(String model, SortedMap<String, List<String>> workers) {
    Seen before = seen.computeIfAbsent(model, this::begin);
    Set<String> ids = Set.copyOf(workers.keySet());
    if (ids.equals(before.ids)) {
      return;
    }
    if (ids.size() > 1) {
      log.warn(
          "workers of model {} compute differently, so a stream may change when it moves between"
              + " them: {}; give all of them one checkpoint, precision, backend and version",
          model,
          workers);
    } else if (before.ids.size() > 1) {
      log.info("workers of model {} compute the same again", model);
    }
    before.ids = ids;
    before.count = ids.size();
  }

  private Seen begin(String model) {
    Seen first = new Seen();
    if (registry != null) {
      first.gauge =
          Gauge.builder("weir.model.numerics.ids", first, s -> s.count)
              .description("different numerics among the workers of a model; 1 is right")
              .tag("model", model)
              .strongReference(true)
              .register(registry);
    }
    return first;
  }

  /** Models that nobody serves. */
  private void forget(Set<String> served) {
    Iterator<Map.Entry<String, Seen>> all = seen.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Seen> one = all.next();
      if (!served.contains(one.getKey())) {
        close(one.getValue());
        all.remove();
      }
    }
  }

  private void close(Seen gone) {
    if (registry != null && gone.gauge != null) {
      registry.remove(gone.gauge);
    }
  }

  /** Takes the gauges back. */
  void close() {
    seen.values().forEach(this::close);
    seen.clear();
  }
}
