package dev.weir.stream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where one slot's requests come from, one at a time, each under a lock. A seam: a share consumer
 * in the product, virtual time in simulations. Used by the slot's thread alone.
 */
public interface RequestSource extends AutoCloseable {
  /** Waits for a request; null if none came in time. Nothing may be held. */
  @Nullable Delivery take(Duration limit);

  /**
   * Renews the lock on what is held.
   *
   * @return false if that was refused: somebody else may have it by now
   */
  boolean renew();

  /**
   * Ends the holding.
   *
   * @return true if the broker granted it
   */
  boolean settle(Settlement settlement);

  /** What is said of a request at the end of its delivery. */
  enum Settlement {
    /** It is done. */
    ACCEPT,
    /** Another delivery shall come. */
    RELEASE,
    /** It shall never be delivered again. */
    REJECT
  }

  @Override
  void close();
}
