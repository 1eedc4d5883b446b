package dev.weir.stream;

import dev.weir.stream.StreamRule.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts what readers drop, by reason. */
final class StreamMeters {
  private final Map<Verdict, Counter> dropped = new EnumMap<>(Verdict.class);

  StreamMeters(@Nullable MeterRegistry registry) {
    MeterRegistry target = registry == null ? new SimpleMeterRegistry() : registry;
    for (Verdict verdict : Verdict.values()) {
      if (!verdict.counts() && verdict != Verdict.NO_PART) {
        dropped.put(
            verdict,
            Counter.builder("weir.stream.dropped")
                .description("records that do not count by the stream rule")
                .tag("reason", verdict.name().toLowerCase(Locale.ROOT))
                .register(target));
      }
    }
  }

  void dropped(Verdict verdict) {
    Counter counter = dropped.get(verdict);
    if (counter != null) {
      counter.increment();
    }
  }
}
