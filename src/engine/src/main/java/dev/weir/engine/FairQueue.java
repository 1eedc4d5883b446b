package dev.weir.engine;

import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for admission, in the order in which they may: the higher priority first; of one
 * priority the tenant that was served least; of one tenant the one that came first. A tenant's
 * service is counted in weighted tokens by its virtual counter (Sheng et al., Fairness in Serving
 * Large Language Models, OSDI 2024): while two tenants have requests waiting, their service differs
 * by at most twice the larger of the longest prompt and the weighted tokens in the cache.
 */
final class FairQueue implements Iterable<Sequence> {
  /** A token of output takes a row of a step as a prompt's does, and a whole step of time. */
  static final int OUTPUT_WEIGHT = 2;

  /** Tenants remembered that have nothing here: their service counts when they come back. */
  private static final int MOST_IDLE = 10_000;

  private static final Comparator<Sequence> ORDER =
      Comparator.<Sequence>comparingInt(s -> -s.request.priority())
          .thenComparingLong(s -> s.arrival);

  // the longest idle first
  private final Map<String, Tenant> tenants = new LinkedHashMap<>(16, 0.75f, true);
  private int size;
  private long arrivals;

  /** Whose requests they are, and what was spent on them. */
  static final class Tenant {
    private final TreeSet<Sequence> waiting = new TreeSet<>(ORDER);
    // sequences of the tenant in the engine, waiting or not
    private int present;
    // weighted tokens
    private double service;
  }

  /** A sequence that has just come. */
  void add(Sequence sequence) {
    Tenant tenant = tenants.computeIfAbsent(name(sequence), _ -> new Tenant());
    sequence.tenant = tenant;
    if (tenant.present++ == 0) {
      // who was away gets no credit for that time
      tenant.service = Math.max(tenant.service, leastService(tenant));
      forgetIdle();
    }
    sequence.arrival = arrivals++;
    tenant.waiting.add(sequence);
    size++;
  }

  /** A sequence that was admitted waits again, at its old place. */
  void addAgain(Sequence sequence) {
    of(sequence).waiting.add(sequence);
    size++;
  }

  /** A waiting sequence was admitted; it stays present. */
  void admit(Sequence sequence) {
    if (!of(sequence).waiting.remove(sequence)) {
      throw new IllegalStateException("request " + sequence.request.id() + " does not wait");
    }
    size--;
  }

  /** A sequence leaves the engine, waiting or not. */
  void leave(Sequence sequence) {
    Tenant tenant = of(sequence);
    if (tenant.waiting.remove(sequence)) {
      size--;
    }
    tenant.present--;
    tenants.get(name(sequence)); // if it is idle from now on, it is the last of the idle
  }

  /** Tokens were spent on a sequence. */
  void charge(Sequence sequence, int weightedTokens) {
    of(sequence).service += weightedTokens;
  }

  private static Tenant of(Sequence sequence) {
    Tenant tenant = sequence.tenant;
    if (tenant == null) {
      throw new IllegalStateException("request " + sequence.request.id() + " was never added");
    }
    return tenant;
  }

  private static String name(Sequence sequence) {
    return sequence.request.group().tenant();
  }

  /** Of the tenants that are present beside one; that one's own if it is alone. */
  private double leastService(Tenant beside) {
    return tenants.values().stream()
        .filter(tenant -> tenant != beside && tenant.present > 0)
        .mapToDouble(tenant -> tenant.service)
        .min()
        .orElse(beside.service);
  }

  private void forgetIdle() {
    if (tenants.size() <= MOST_IDLE) {
      return;
    }
    Iterator<Tenant> all = tenants.values().iterator();
    while (all.hasNext() && tenants.size() > MOST_IDLE) {
      if (all.next().present == 0) {
        all.remove();
      }
    }
  }

  int size() {
    return size;
  }

  @Override
  public void forEach(Consumer<? super Sequence> action) {
    tenants.values().forEach(tenant -> tenant.waiting.forEach(action));
  }

  /** In the order of admission, which counts what is charged on the way. */
  @Override
  public Iterator<Sequence> iterator() {
    return new Order();
  }

  private final class Order implements Iterator<Sequence> {
    // the next of each tenant that has one
    private final Map<Tenant, Sequence> heads = new LinkedHashMap<>();

    Order() {
      for (Tenant tenant : tenants.values()) {
        if (!tenant.waiting.isEmpty()) {
          heads.put(tenant, tenant.waiting.first());
        }
      }
    }

    @Override
    public boolean hasNext() {
      return !heads.isEmpty();
    }

    @Override
    public Sequence next() {
      Tenant best = null;
      Sequence head = null;
      for (Map.Entry<Tenant, Sequence> entry : heads.entrySet()) {
        if (head == null || goesBefore(entry.getKey(), entry.getValue(), best, head)) {
          best = entry.getKey();
          head = entry.getValue();
        }
      }
      if (best == null || head == null) {
        throw new NoSuchElementException();
      }
      Sequence following = best.waiting.higher(head);
      if (following == null) {
        heads.remove(best);
      } else {
        heads.put(best, following);
      }
      return head;
    }

    private static boolean goesBefore(
        Tenant tenant, Sequence sequence, @Nullable Tenant other, Sequence head) {
      int byPriority = Integer.compare(head.request.priority(), sequence.request.priority());
      if (byPriority != 0 || other == null) {
        return byPriority < 0;
      }
      int byService = Double.compare(tenant.service, other.service);
      return byService != 0 ? byService < 0 : sequence.arrival < head.arrival;
    }
  }
}
