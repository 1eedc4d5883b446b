package dev.weir.image.draw;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a place: the higher priority first; of one priority the tenant that has had the
 * fewest; of one tenant the one that came first. A tenant that comes gets no credit for the time
 * that it was away. For use by one thread.
 *
 * @param <T> what waits
 */
final class TurnQueue<T> {
  // by priority, the highest first
  private final TreeMap<Integer, Map<String, Deque<T>>> waiting =
      new TreeMap<>(Comparator.reverseOrder());
  // places that each tenant has had, of those that wait; forgotten when none of theirs waits
  private final Map<String, Long> served = new HashMap<>();
  private int size;

  void add(String tenant, int priority, T item) {
    served.computeIfAbsent(
        tenant, _ -> served.values().stream().mapToLong(Long::longValue).min().orElse(0));
    waiting
        .computeIfAbsent(priority, _ -> new HashMap<>())
        .computeIfAbsent(tenant, _ -> new ArrayDeque<>())
        .add(item);
    size++;
  }

  /** Takes the next one; null if nobody waits. */
  @Nullable T poll() {
    if (size == 0) {
      return null;
    }
    Map.Entry<Integer, Map<String, Deque<T>>> first = waiting.firstEntry();
    Map.Entry<String, Deque<T>> own =
        first.getValue().entrySet().stream()
            .min(
                Comparator.comparingLong((Map.Entry<String, Deque<T>> entry) ->
                        served.getOrDefault(entry.getKey(), 0L))
                    .thenComparing(Map.Entry::getKey))
            .orElseThrow();
    T item = own.getValue().remove();
    served.merge(own.getKey(), 1L, Long::sum);
    size--;
    tidy();
    return item;
  }

  /** Takes out all that match. */
  List<T> removeIf(Predicate<T> wanted) {
    List<T> removed = new ArrayList<>();
    for (Map<String, Deque<T>> tenants : waiting.values()) {
      for (Deque<T> own : tenants.values()) {
        for (Iterator<T> items = own.iterator(); items.hasNext(); ) {
          T item = items.next();
          if (wanted.test(item)) {
            items.remove();
            removed.add(item);
          }
        }
      }
    }
    size -= removed.size();
    tidy();
    return removed;
  }

  int size() {
    return size;
  }

  private void tidy() {
    waiting.values().forEach(tenants -> tenants.values().removeIf(Deque::isEmpty));
    waiting.values().removeIf(Map::isEmpty);
    served
        .keySet()
        .removeIf(
            tenant -> waiting.values().stream().noneMatch(tenants -> tenants.containsKey(tenant)));
  }
}
