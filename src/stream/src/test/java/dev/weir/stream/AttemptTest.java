package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.weir.proto.v1.Chunk;
import dev.weir.stream.RequestSource.Settlement;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.slf4j.LoggerFactory;

/** The worker's side of the protocol in virtual time, with all that can go wrong. */
final class AttemptTest {
  @BeforeContainer
  static void quiet() {
    // Thousands of attempts fail here, on purpose.
    ((Logger) LoggerFactory.getLogger(Attempt.class)).setLevel(Level.OFF);
  }

  @AfterContainer
  static void loud() {
    ((Logger) LoggerFactory.getLogger(Attempt.class)).setLevel(null);
  }

  @Property(tries = 1000)
  void aStreamIsWholeWhateverHappensToItsWorkers(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3) int workers,
      @ForAll @IntRange(max = 3) int faults,
      @ForAll @IntRange(min = 3, max = 50) int lateOneIn,
      @ForAll boolean knowsFrom) {
    TestingWorld world = new TestingWorld(seed, workers, faults, lateOneIn, knowsFrom);
    world.run();
    Chunk end = end(world);
    // A fault costs two attempts at most, so that three of them never use up eight.
    assertThat(end.getFinished().hasError()).as("%s", end).isFalse();
    assertThat(end.getFinished().getTotal()).isEqualTo(TestingWorld.ANSWER);
    assertThat(tokens(world)).isEqualTo(TestingWorld.answer(TestingWorld.ANSWER));
    assertThat(world.settled).isEqualTo(Settlement.ACCEPT);
  }

  @Property(tries = 500)
  void aCancelledStreamEndsWhereverItWas(
      @ForAll long seed,
      @ForAll @IntRange(max = 2) int faults,
      @ForAll @IntRange(max = 2000) int cancelAfterMs) {
    TestingWorld world = new TestingWorld(seed, 2, faults, 20, true);
    world.cancelAfter(cancelAfterMs);
    world.run();
    Chunk end = end(world);
    assertThat(tokens(world)).isEqualTo(TestingWorld.answer(end.getFinished().getTotal()));
    assertThat(world.settled).isNotNull();
  }

  private static Chunk end(TestingWorld world) {
    List<Chunk> stream = TestingRule.stream(new StreamRule(), world.log());
    assertThat(stream).isNotEmpty();
    assertThat(stream.getLast().hasFinished()).as("%s", stream).isTrue();
    return stream.getLast();
  }

  private static List<Integer> tokens(TestingWorld world) {
    return TestingRule.stream(new StreamRule(), world.log()).stream()
        .flatMap(chunk -> chunk.getTokens().getIdsList().stream())
        .toList();
  }
}
