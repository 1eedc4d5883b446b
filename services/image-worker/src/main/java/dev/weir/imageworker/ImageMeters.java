package dev.weir.imageworker;

import dev.weir.engine.EngineMetrics;
import dev.weir.image.draw.Drawn;
import dev.weir.image.draw.PictureEngine;
import dev.weir.image.draw.StepMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an engine that draws does, whatever network it has; all carry {@code model_name}. Nothing is
 * counted before {@link #count}: a warm-up is no request.
 */
final class ImageMeters implements StepMetrics, EngineMetrics, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageMeters.class);

  private static final double[] STEP_SECONDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };
  private static final double[] PICTURE_SECONDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300
  };
  private static final double[] STEP_PICTURES = {1, 2, 4, 8, 16, 32, 64, 128, 256};

  private final MeterRegistry registry;
  private final Tags tags;
  private final List<Meter> meters = new ArrayList<>();
  private final Map<String, Counter> ends = new ConcurrentHashMap<>();
  private final Timer queue;
  private final Timer drawing;
  private final Timer step;
  private final DistributionSummary stepPictures;
  private final Counter faults;
  private volatile boolean counting;
  private volatile int waiting;

  ImageMeters(String model, MeterRegistry registry) {
    this.registry = registry;
    tags = Tags.of("model_name", model);
    queue = timer("weir.image.queue.time", "Until a picture has a slot", PICTURE_SECONDS);
    drawing =
        timer("weir.image.drawing.time", "From its slot to the whole picture", PICTURE_SECONDS);
    step = timer("weir.image.step.time", "Of one evaluation of the network", STEP_SECONDS);
    stepPictures =
        kept(
            DistributionSummary.builder("weir.image.step.pictures")
                .description("Pictures that one evaluation takes a step further")
                .serviceLevelObjectives(STEP_PICTURES)
                .tags(tags)
                .register(registry));
    faults =
        kept(
            Counter.builder("weir.image.faults")
                .description("Steps and listeners that threw")
                .tags(tags)
                .register(registry));
    kept(
        Gauge.builder("weir.image.waiting", this, meters -> meters.waiting)
            .description("Pictures that wait for a slot")
            .tags(tags)
            .register(registry));
    for (String outcome : List.of("picture", "cancelled", "late", "failed")) {
      ends.put(
          outcome,
          kept(
              Counter.builder("weir.image.pictures")
                  .description("Pictures by how they ended")
                  .tags(tags.and("outcome", outcome))
                  .register(registry)));
    }
  }

  private Timer timer(String name, String description, double[] seconds) {
    return kept(
        Timer.builder(name)
            .description(description)
            .serviceLevelObjectives(
                Arrays.stream(seconds)
                    .mapToObj(s -> Duration.ofNanos((long) (s * 1e9)))
                    .toArray(Duration[]::new))
            .tags(tags)
            .register(registry));
  }

  private <M extends Meter> M kept(M meter) {
    meters.add(meter);
    return meter;
  }

  /** Tells of the engine's slots, too. */
  void watch(PictureEngine engine) {
    kept(
        Gauge.builder("weir.image.slots", engine, PictureEngine::slots)
            .description("Pictures that can be drawn at the same time")
            .tags(tags)
            .register(registry));
    kept(
        Gauge.builder("weir.image.running", engine, PictureEngine::running)
            .description("Pictures that have a slot")
            .tags(tags)
            .register(registry));
  }

  /** From now on. */
  void count() {
    counting = true;
  }

  /** A picture has ended. */
  void ended(Drawn drawn, long queueNanos, long drawingNanos) {
    if (!counting) {
      return;
    }
    Counter counter = ends.get(outcome(drawn));
    if (counter != null) {
      counter.increment();
    }
    if (drawn instanceof Drawn.Picture) {
      queue.record(queueNanos, TimeUnit.NANOSECONDS);
      drawing.record(drawingNanos, TimeUnit.NANOSECONDS);
    }
  }

  private static String outcome(Drawn drawn) {
    return switch (drawn) {
      case Drawn.Picture _ -> "picture";
      case Drawn.Cancelled _ -> "cancelled";
      case Drawn.Late _ -> "late";
      case Drawn.Failed _ -> "failed";
    };
  }

  @Override
  public void onLoad(int running, int waiting) {
    this.waiting = waiting;
  }

  @Override
  public void onLoad(int running, int waiting, double cacheUse) {
    onLoad(running, waiting);
  }

  @Override
  public void onStep(int pictures, double seconds) {
    if (counting) {
      step.record((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
      stepPictures.record(pictures);
    }
  }

  @Override
  public void onStep(int tokens, int sequences, long nanos) {
    onStep(sequences, nanos / 1e9);
  }

  @Override
  public void onFault(Throwable cause) {
    faults.increment();
    LOG.error("an engine that draws, or one of its listeners, failed", cause);
  }

  @Override
  public void onFault(String requestId, Throwable fault) {
    faults.increment();
    LOG.error("request {}: the engine that draws, or a listener, failed", requestId, fault);
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
  }
}
