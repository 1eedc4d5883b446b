package dev.weir.imageworker;

import dev.weir.image.draw.Drawing;
import dev.weir.image.draw.Drawn;
import dev.weir.image.draw.PictureEngine;
import dev.weir.image.draw.PictureListener;
import dev.weir.image.draw.PictureRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** An engine, and what it does as metrics; all carry {@code model_name}. */
final class MeteredEngine implements PictureEngine {
  private final PictureEngine engine;
  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();
  private final Map<String, Counter> ends = new ConcurrentHashMap<>();
  private final Timer queue;
  private final Timer drawing;
  private volatile boolean counting;

  /**
   * @param engine owned from now on
   */
  MeteredEngine(PictureEngine engine, String model, MeterRegistry registry) {
    this.engine = engine;
    this.registry = registry;
    Tags tags = Tags.of("model_name", model);
    queue =
        kept(
            Timer.builder("weir.image.queue.time")
                .description("Until a picture has a slot")
                .tags(tags)
                .register(registry));
    drawing =
        kept(
            Timer.builder("weir.image.drawing.time")
                .description("From its slot to the whole picture")
                .tags(tags)
                .register(registry));
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

  private <M extends Meter> M kept(M meter) {
    meters.add(meter);
    return meter;
  }

  /** From now on; a warm-up is no request. */
  void count() {
    counting = true;
  }

  @Override
  public Drawing draw(PictureRequest request, PictureListener listener) {
    return engine.draw(request, new Counted(listener));
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
  public int slots() {
    return engine.slots();
  }

  @Override
  public int running() {
    return engine.running();
  }

  @Override
  public boolean alive() {
    return engine.alive();
  }

  @Override
  public CompletionStage<Throwable> failure() {
    return engine.failure();
  }

  @Override
  public void close() {
    engine.close();
    meters.forEach(registry::remove);
  }

  private final class Counted implements PictureListener {
    private final PictureListener listener;
    private final long came = System.nanoTime();
    private long admitted = came;

    Counted(PictureListener listener) {
      this.listener = listener;
    }

    @Override
    public void onAdmitted() {
      admitted = System.nanoTime();
      listener.onAdmitted();
    }

    @Override
    public void onPreview(int step, int steps, int[] argb) {
      listener.onPreview(step, steps, argb);
    }

    @Override
    public void onEnded(Drawn drawn) {
      if (counting) {
        Counter counter = ends.get(outcome(drawn));
        if (counter != null) {
          counter.increment();
        }
        if (drawn instanceof Drawn.Picture) {
          queue.record(admitted - came, TimeUnit.NANOSECONDS);
          drawing.record(System.nanoTime() - admitted, TimeUnit.NANOSECONDS);
        }
      }
      listener.onEnded(drawn);
    }
  }
}
