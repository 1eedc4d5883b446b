package dev.weir.imageworker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.image.draw.Drawn;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ImageMetersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double pictures(String outcome) {
    return registry.get("weir.image.pictures").tags("outcome", outcome).counter().count();
  }

  @Test
  void aWarmUpIsNotCountedAndNothingStaysBehindAtTheEnd() {
    ImageMeters meters = new ImageMeters("vae", registry);
    Drawn picture = new Drawn.Picture(new byte[0], 1);
    meters.onStep(1, 0.5);
    meters.ended(picture, 1, 2);
    assertThat(pictures("picture")).isZero();
    assertThat(registry.get("weir.image.step.time").timer().count()).isZero();

    meters.count();
    meters.onLoad(1, 7);
    meters.onStep(4, 0.5);
    meters.ended(picture, 1_000_000_000, 2_000_000_000);
    meters.ended(new Drawn.Late(), 1, 2);
    assertThat(pictures("picture")).isEqualTo(1);
    assertThat(pictures("late")).isEqualTo(1);
    assertThat(pictures("failed")).isZero();
    assertThat(registry.get("weir.image.waiting").gauge().value()).isEqualTo(7);
    assertThat(registry.get("weir.image.step.pictures").summary().totalAmount()).isEqualTo(4);
    assertThat(registry.get("weir.image.queue.time").timer().totalTime(TimeUnit.SECONDS))
        .isEqualTo(1);
    assertThat(registry.get("weir.image.drawing.time").timer().count()).isEqualTo(1);

    meters.close();
    assertThat(registry.getMeters()).isEmpty();
  }
}
