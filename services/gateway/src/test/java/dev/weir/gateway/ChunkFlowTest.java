package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.FinishReason;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

final class ChunkFlowTest {
  private static final Vertx VERTX = Vertx.vertx();

  @AfterContainer
  static void close() {
    VERTX.close();
  }

  @Property(tries = 60)
  void howeverItIsPausedEveryChunkComesOnceAndInOrder(
      @ForAll @IntRange(min = 1, max = 8) int window,
      @ForAll @IntRange(min = 0, max = 60) int tokens,
      @ForAll @IntRange(min = 0, max = 100) int refusals,
      @ForAll long seed)
      throws Exception {
    TestingStreams streams = new TestingStreams();
    streams.started("a");
    for (int i = 0; i < tokens / 2; i++) {
      streams.tokens("a", i, Integer.toString(i));
    }
    Taking taking =
        new Taking(VERTX.getOrCreateContext(), streams, window, refusals, new Random(seed));
    for (int i = tokens / 2; i < tokens; i++) {
      streams.tokens("a", i, Integer.toString(i));
    }
    streams.finished("a", FinishReason.FINISH_REASON_STOP, tokens);

    assertThat(taking.finished.await(60, TimeUnit.SECONDS)).isTrue();
    List<String> expected = new ArrayList<>();
    expected.add("STARTED");
    for (int i = 0; i < tokens; i++) {
      expected.add(Integer.toString(i));
    }
    expected.add("FINISHED");
    assertThat(taking.taken).isEqualTo(expected);
    assertThat(taking.held.held()).isZero();
    assertThat(taking.most).isLessThanOrEqualTo(window);
    Eventually.that(() -> assertThat(streams.subscriptions).hasValue(0));
    streams.close();
  }

  /** A client that now and then refuses a chunk, or pauses, and goes on a turn later. */
  private static final class Taking implements ChunkFlow.Handler {
    final List<String> taken = new ArrayList<>();
    final CountDownLatch finished = new CountDownLatch(1);
    final FlowWindow held;
    private final Context context;
    private final Random random;
    private final int refusals; // of a hundred
    private long most; // held at the same time
    private final ChunkFlow flow;

    Taking(Context context, TestingStreams streams, int window, int refusals, Random random) {
      this.context = context;
      this.held = new FlowWindow(window, 1 << 20);
      this.random = random;
      this.refusals = Math.min(refusals, 80);
      this.flow = new ChunkFlow(context, streams, "a", new Start.Beginning(), held, this);
      context.runOnContext(now -> flow.open());
    }

    @Override
    public boolean accepts(StreamChunk chunk) {
      most = Math.max(most, held.held());
      if (random.nextInt(100) < refusals) {
        context.runOnContext(later -> flow.resume());
        return false;
      }
      return true;
    }

    @Override
    public void onChunk(StreamChunk chunk) {
      switch (chunk.chunk().getBodyCase()) {
        case TOKENS -> taken.add(chunk.chunk().getTokens().getText());
        case FINISHED -> {
          taken.add("FINISHED");
          finished.countDown();
        }
        default -> taken.add(chunk.chunk().getBodyCase().name());
      }
      if (random.nextInt(100) < refusals / 2) {
        flow.pause();
        context.runOnContext(later -> flow.resume());
      }
    }

    @Override
    public void onFailed(StreamFailure failure) {
      throw new AssertionError(failure.message());
    }
  }
}
