package dev.weir.stream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * A source that is there only while its worker looks ahead. It is closed in between, for an idle
 * share consumer that stops to poll can swallow the next record for a lock.
 */
final class AheadSource implements RequestSource {
  private final LookAhead lookAhead;
  private final Supplier<RequestSource> sources;
  private @Nullable RequestSource source;

  AheadSource(LookAhead lookAhead, Supplier<RequestSource> sources) {
    this.lookAhead = lookAhead;
    this.sources = sources;
  }

  @Override
  public @Nullable Delivery take(Duration limit) {
    if (!lookAhead.wanted()) {
      close();
      sleep(limit);
      return null;
    }
    RequestSource open = source;
    if (open == null) {
      open = sources.get();
      source = open;
    }
    return open.take(limit);
  }

  private static void sleep(Duration limit) {
    try {
      TimeUnit.MILLISECONDS.sleep(limit.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public boolean renew() {
    return source != null && source.renew();
  }

  @Override
  public boolean settle(Settlement settlement) {
    return source != null && source.settle(settlement);
  }

  @Override
  public void close() {
    RequestSource open = source;
    source = null;
    if (open != null) {
      open.close();
    }
  }
}
