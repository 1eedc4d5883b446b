package dev.weir.simulation;

import dev.weir.stream.Cancellations;
import dev.weir.stream.Delivery;
import dev.weir.stream.LedgerFold;
import dev.weir.stream.RequestSource;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What lies around the chunk log: locks, cancellations, the ledger's store. */
final class AroundMutants {
  private AroundMutants() {}

  /** Renewals are granted, and never asked for. */
  static Seams noRenewal() {
    return new Seams() {
      @Override
      RequestSource source(RequestSource source) {
        return new NeverRenewing(source);
      }
    };
  }

  /** Results are written before the state and position that they belong to, which come later. */
  static Seams resultOutsideTransaction() {
    return new Seams() {
      @Override
      LedgerStore ledgerStore(LedgerStore store, SimulatedProcess ledger) {
        return new LedgerStore() {
          @Override
          public boolean commit(int instance, Work work) {
            write(work.results());
            Work rest = new Work(work.partition(), work.position(), work.state(), List.of());
            ledger.in(5, () -> store.commit(instance, rest));
            return true;
          }

          @Override
          public void write(List<LedgerFold.Closing> results) {
            store.write(results);
          }
        };
      }
    };
  }

  /** What was cancelled before it was taken is not known to be. */
  static Seams cancellationForgotten() {
    return new WorldMutant(
        world -> WorldMutant.cancelling(world, new Forgetting(world.cancellations())));
  }

  private record NeverRenewing(RequestSource source) implements RequestSource {
    @Override
    public @Nullable Delivery take(Duration limit) {
      return source.take(limit);
    }

    @Override
    public boolean renew() {
      return true;
    }

    @Override
    public boolean settle(Settlement settlement) {
      return source.settle(settlement);
    }

    @Override
    public void close() {
      source.close();
    }
  }

  private record Forgetting(Cancellations cancellations) implements Cancellations {
    @Override
    public @Nullable String reason(String requestId) {
      return null;
    }

    @Override
    public Watch watch(String requestId, Consumer<String> onCancelled) {
      boolean[] watching = {false};
      Watch watch =
          cancellations.watch(
              requestId,
              reason -> {
                if (watching[0]) {
                  onCancelled.accept(reason);
                }
              });
      watching[0] = true;
      return watch;
    }
  }
}
