package dev.weir.image.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.ComputeLease;
import dev.weir.engine.EngineClock;
import dev.weir.engine.InvalidRequest;
import dev.weir.engine.Rejected;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StepEngineTest {
  private static final int MANY = 1_000_000;

  private TestingNetwork network = new TestingNetwork(2, MANY);
  private StepEngine engine = start();

  private StepEngine start() {
    return new StepEngine(
        "testing", network, 3, EngineClock.SYSTEM, StepMetrics.NONE, new ComputeLease());
  }

  private void restart(int slots, int steps) {
    engine.close();
    network = new TestingNetwork(slots, steps);
    engine = start();
  }

  @AfterEach
  void close() {
    network.allow(MANY);
    engine.close();
    assertThat(network.closed).isTrue();
  }

  /** What was told of one picture. */
  private static final class Heard implements PictureListener {
    final CompletableFuture<Void> admitted = new CompletableFuture<>();
    final List<Integer> previews = Collections.synchronizedList(new ArrayList<>());
    final CompletableFuture<Drawn> end = new CompletableFuture<>();

    @Override
    public void onAdmitted() {
      admitted.complete(null);
    }

    @Override
    public void onPreview(int step, int steps, int[] argb) {
      assertThat(argb[0]).isEqualTo(step);
      previews.add(step);
    }

    @Override
    public void onEnded(Drawn drawn) {
      assertThat(end.complete(drawn)).isTrue();
    }

    Drawn await() throws Exception {
      return end.get(30, TimeUnit.SECONDS);
    }
  }

  private static PictureRequest request(long seed, int steps, String tenant) {
    return new PictureRequest(
        "r" + seed,
        new int[1],
        seed,
        steps,
        new PictureRequest.Source.None(),
        0,
        Instant.MAX,
        tenant,
        0);
  }

  private Heard draw(long seed, int steps) {
    Heard heard = new Heard();
    engine.draw(request(seed, steps, "a"), heard).proceed();
    return heard;
  }

  private static byte pixel(Drawn drawn) {
    assertThat(drawn).isInstanceOf(Drawn.Picture.class);
    return ((Drawn.Picture) drawn).places()[0];
  }

  @Test
  void picturesJoinAndLeaveBetweenSteps() throws Exception {
    restart(2, 1);
    Heard three = draw(3, 3);
    while (network.taken.isEmpty()) {
      Thread.onSpinWait();
    }
    Heard one = draw(1, 1);
    Heard two = draw(2, 2);
    network.allow(MANY);
    assertThat(pixel(three.await())).isEqualTo((byte) 3);
    assertThat(pixel(one.await())).isEqualTo((byte) 1);
    assertThat(pixel(two.await())).isEqualTo((byte) 2);
    // 3 was alone in the first step, or in the first two if 1 came during the second
    assertThat(network.taken.getFirst()).containsExactly(3L);
    assertThat(network.taken).allMatch(step -> step.size() <= 2);
    assertThat(network.taken.stream().mapToInt(List::size).sum()).isEqualTo(6);
    assertThat(network.taken).contains(List.of(3L, 1L));
  }

  @Test
  void nothingIsDrawnBeforeItMayProceed() throws Exception {
    Heard heard = new Heard();
    Drawing drawing = engine.draw(request(1, 2, "a"), heard);
    heard.admitted.get(30, TimeUnit.SECONDS);
    assertThat(pixel(draw(2, 5).await())).isEqualTo((byte) 2); // meanwhile
    assertThat(heard.end).isNotDone();
    assertThat(network.taken).allMatch(step -> step.equals(List.of(2L)));
    drawing.proceed();
    assertThat(pixel(heard.await())).isEqualTo((byte) 1);
  }

  @Test
  void asManyPreviewsComeAsWereAskedForAndNoneOfTheWholePicture() throws Exception {
    PictureRequest wanted = request(1, 10, "a");
    Heard heard = new Heard();
    engine
        .draw(
            new PictureRequest(
                wanted.id(), wanted.condition(), 1, 10, wanted.source(), 4, Instant.MAX, "a", 0),
            heard)
        .proceed();
    heard.await();
    assertThat(heard.previews).containsExactly(3, 5, 8);
    Heard none = draw(2, 10);
    none.await();
    assertThat(none.previews).isEmpty();
  }

  @Test
  void whatIsCancelledEndsBeforeTheNextStepAndWhatIsAbandonedIsSilent() throws Exception {
    restart(2, 1);
    Heard cancelled = new Heard();
    Drawing first = engine.draw(request(1, 1000, "a"), cancelled);
    first.proceed();
    Heard abandoned = new Heard();
    Drawing second = engine.draw(request(2, 1000, "a"), abandoned);
    second.proceed();
    Heard waiting = new Heard();
    Drawing third = engine.draw(request(3, 1000, "a"), waiting);
    first.cancel();
    second.abandon();
    third.cancel();
    network.allow(2);
    assertThat(cancelled.await()).isInstanceOf(Drawn.Cancelled.class);
    assertThat(waiting.await()).isInstanceOf(Drawn.Cancelled.class);
    network.allow(MANY);
    draw(4, 3).await();
    assertThat(abandoned.end).isNotDone();
    assertThat(engine.running()).isZero();
  }

  @Test
  void whoIsLateIsToldSo() throws Exception {
    PictureRequest late = request(1, 1_000_000_000, "a");
    Heard heard = new Heard();
    engine
        .draw(
            new PictureRequest(
                "late",
                late.condition(),
                1,
                1_000_000_000,
                late.source(),
                0,
                Instant.now().plusMillis(50),
                "a",
                0),
            heard)
        .proceed();
    network.allow(MANY);
    assertThat(heard.await()).isInstanceOf(Drawn.Late.class);
  }

  @Test
  void tenantsTakeTurns() throws Exception {
    restart(1, 0);
    List<Heard> all = new ArrayList<>();
    all.add(draw(1, 1));
    all.getFirst().admitted.get(30, TimeUnit.SECONDS);
    all.add(draw(2, 1));
    all.add(draw(3, 1));
    Heard other = new Heard();
    engine.draw(request(9, 1, "b"), other).proceed();
    network.allow(MANY);
    other.await();
    for (Heard heard : all) {
      heard.await();
    }
    List<Long> order = network.taken.stream().map(List::getFirst).toList();
    assertThat(order).containsExactlyInAnyOrder(1L, 2L, 3L, 9L);
    assertThat(order.indexOf(9L)).isLessThan(3); // not behind all that came before
  }

  @Test
  void whatIsTooMuchIsRefusedWithATimeAndTakesNoPlace() throws Exception {
    restart(2, 0);
    List<Heard> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(draw(i, 1));
    }
    assertThatThrownBy(() -> draw(6, 1))
        .isInstanceOf(Rejected.class)
        .hasMessage("3 pictures wait for a place")
        .satisfies(e -> assertThat(((Rejected) e).retryAfter()).isPositive());
    assertThatThrownBy(() ->
            engine.draw(
                new PictureRequest(
                    "x",
                    new int[2],
                    1,
                    1,
                    new PictureRequest.Source.None(),
                    0,
                    Instant.MAX,
                    "a",
                    0),
                new Heard()))
        .isInstanceOf(InvalidRequest.class);
    network.allow(MANY);
    for (Heard heard : all) {
      heard.await();
    }
    assertThat(pixel(draw(7, 1).await())).isEqualTo((byte) 7);
  }

  @Test
  void aNetworkThatFailsEndsAllAndTheEngine() throws Exception {
    restart(2, 0);
    List<Heard> all = List.of(draw(1, 1), draw(2, 1), draw(3, 1));
    network.failure = new IllegalStateException("broken");
    network.allow(1);
    for (Heard heard : all) {
      assertThat(heard.await())
          .isInstanceOfSatisfying(
              Drawn.Failed.class, failed -> assertThat(failed.cause()).hasMessage("broken"));
    }
    assertThat(engine.failure().toCompletableFuture().get(30, TimeUnit.SECONDS))
        .hasMessage("broken");
    assertThat(engine.alive()).isFalse();
    assertThatThrownBy(() -> draw(4, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("broken");
  }
}
