package dev.weir.stream;

import static dev.weir.stream.TestingChunks.finished;
import static dev.weir.stream.TestingChunks.preview;
import static dev.weir.stream.TestingChunks.queued;
import static dev.weir.stream.TestingChunks.started;
import static dev.weir.stream.TestingChunks.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.stream.StreamRule.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

final class StreamRuleTest {

  // ---- what the protocol says, sentence by sentence

  @Test
  void theNewestStartedInTheLogIsTheCurrentAttempt() {
    StreamRule rule = new StreamRule();
    assertThat(
            verdicts(
                rule, started(1), tokens(1, 0, 7), started(2), tokens(1, 1, 8), tokens(2, 1, 9)))
        .containsExactly(
            Verdict.STARTED, Verdict.NEXT, Verdict.STARTED, Verdict.DISPLACED, Verdict.NEXT);
    assertThat(rule.next()).isEqualTo(2);
  }

  @Test
  void aGapAfterAFailedSendIsNeitherShownNorClosedByAFinished() {
    assertThat(
            verdicts(
                new StreamRule(),
                started(1),
                tokens(1, 0, 7),
                tokens(1, 2, 9),
                finished(1, 3),
                started(2),
                tokens(2, 1, 8)))
        .containsExactly(
            Verdict.STARTED, Verdict.NEXT, Verdict.GAP, Verdict.GAP, Verdict.STARTED, Verdict.NEXT);
  }

  @Test
  void nothingCountsBehindAFinishedThatCounts() {
    assertThat(
            verdicts(
                new StreamRule(),
                started(1),
                finished(1, 0),
                started(2),
                tokens(2, 0, 7),
                preview(2)))
        .containsExactly(
            Verdict.STARTED,
            Verdict.FINISHED,
            Verdict.AFTER_END,
            Verdict.AFTER_END,
            Verdict.AFTER_END);
  }

  @Test
  void aFinishedWithoutAStartedDoesNotCount() {
    assertThat(verdicts(new StreamRule(), finished(1, 0), started(1), finished(1, 0)))
        .containsExactly(Verdict.DISPLACED, Verdict.STARTED, Verdict.FINISHED);
  }

  @Test
  void queuedIsNoPartAndAPreviewTakesNoIndex() {
    StreamRule rule = new StreamRule();
    assertThat(verdicts(rule, queued(), started(1), preview(1), preview(2), tokens(1, 0, 7)))
        .containsExactly(
            Verdict.NO_PART, Verdict.STARTED, Verdict.PREVIEW, Verdict.DISPLACED, Verdict.NEXT);
  }

  @Test
  void recordsThatAreNotOfTheProtocolChangeNothing() {
    StreamRule rule = new StreamRule();
    Chunk anonymous = started(1).toBuilder().setAttempt(ByteString.EMPTY).build();
    assertThat(verdicts(rule, anonymous, Chunk.getDefaultInstance(), started(1), tokens(1, 0)))
        .containsExactly(Verdict.MALFORMED, Verdict.MALFORMED, Verdict.STARTED, Verdict.MALFORMED);
    assertThat(rule.next()).isZero();
  }

  @Test
  void onlyTokensAndImagesOfAnAttemptArePlacesToResume() {
    assertThatThrownBy(() -> StreamRule.behind(started(1)))
        .isInstanceOf(IllegalArgumentException.class);
    Chunk anonymous = tokens(1, 0, 7).toBuilder().setAttempt(ByteString.EMPTY).build();
    assertThatThrownBy(() -> StreamRule.behind(anonymous))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---- properties

  @Property(tries = 2000)
  void theRuleIsTheDeclarativeOne(@ForAll("anyLogs") List<Chunk> records) {
    StreamRule rule = new StreamRule();
    for (int i = 0; i < records.size(); i++) {
      assertThat(rule.apply(records.get(i)).counts()).isEqualTo(TestingRule.counts(records, i));
    }
  }

  @Property(tries = 2000)
  void tokensRunWithoutGapOrRepeatAndTheEndIsLast(@ForAll("anyLogs") List<Chunk> records) {
    List<Chunk> stream = TestingRule.stream(new StreamRule(), records);
    long next = 0;
    for (int i = 0; i < stream.size(); i++) {
      Chunk chunk = stream.get(i);
      if (chunk.hasTokens()) {
        assertThat(chunk.getTokens().getFirstIndex()).isEqualTo(next);
        next += chunk.getTokens().getIdsCount();
      }
      if (chunk.hasFinished()) {
        assertThat(chunk.getFinished().getTotal()).isEqualTo(next);
        assertThat(i).isEqualTo(stream.size() - 1);
      }
    }
  }

  @Property(tries = 1000)
  void aReaderThatResumesAnywhereSeesTheSame(@ForAll("anyLogs") List<Chunk> records) {
    StreamRule rule = new StreamRule();
    for (int i = 0; i < records.size(); i++) {
      if (rule.apply(records.get(i)) == Verdict.NEXT) {
        StreamRule resumed = StreamRule.behind(records.get(i));
        assertThat(resumed.next()).isEqualTo(rule.next());
        assertThat(resumed.attempt()).isEqualTo(rule.attempt());
        List<Chunk> rest = records.subList(i + 1, records.size());
        StreamRule undisturbed = new StreamRule();
        TestingRule.stream(undisturbed, records.subList(0, i + 1));
        assertThat(TestingRule.stream(resumed, rest))
            .isEqualTo(TestingRule.stream(undisturbed, rest));
      }
    }
  }

  /**
   * Workers as in the protocol, racing each other, whose sends fail; a token's id names the token
   * that its worker saw before it, so a reader can check what it was made after.
   */
  @Property(tries = 2000)
  void eachTokenWasMadeAfterExactlyTheTokensBeforeIt(@ForAll long seed) {
    List<Chunk> records = race(new Random(seed));
    StreamRule rule = new StreamRule();
    int last = 0;
    boolean ended = false;
    for (Chunk chunk : records) {
      Verdict verdict = rule.apply(chunk);
      if (verdict == Verdict.NEXT) {
        for (int id : chunk.getTokens().getIdsList()) {
          assertThat(id / 1000).isEqualTo(last % 1000);
          last = id;
        }
      }
      ended |= verdict == Verdict.FINISHED;
    }
    assertThat(ended).isTrue();
    assertThat(rule.next()).isEqualTo(ANSWER);
  }

  private static final int ANSWER = 12;

  /** Three workers at random speed; the last of them is left alone until it has finished. */
  private static List<Chunk> race(Random random) {
    List<Chunk> log = new ArrayList<>();
    List<ArrayDeque<Chunk>> pipes = new ArrayList<>();
    int workers = 1 + random.nextInt(5);
    for (int worker = 1; worker <= workers; worker++) {
      boolean undisturbed = worker == workers;
      if (undisturbed) {
        while (landOne(random, pipes, log)) {}
      }
      log.add(started(worker));
      StreamRule read = new StreamRule();
      int last = 0;
      for (Chunk chunk : log) {
        if (read.apply(chunk) == Verdict.NEXT) {
          last = chunk.getTokens().getIds(chunk.getTokens().getIdsCount() - 1);
        }
      }
      ArrayDeque<Chunk> pipe = new ArrayDeque<>();
      write(random, worker, (int) read.next(), last, pipe);
      if (!undisturbed && random.nextInt(3) == 0 && !pipe.isEmpty()) {
        pipe.remove(); // a send failed, and those behind it still land
      }
      pipes.add(pipe);
      int steps = undisturbed ? Integer.MAX_VALUE : random.nextInt(12);
      for (int i = 0; i < steps && landOne(random, pipes, log); i++) {}
    }
    return log;
  }

  private static void write(
      Random random, int worker, int from, int lastSeen, ArrayDeque<Chunk> pipe) {
    int last = lastSeen;
    int index = from;
    while (index < ANSWER) {
      int[] ids = new int[Math.min(ANSWER - index, 1 + random.nextInt(3))];
      for (int i = 0; i < ids.length; i++) {
        last = last % 1000 * 1000 + (worker * 100 + index + i);
        ids[i] = last;
      }
      pipe.add(tokens(worker, index, ids));
      index += ids.length;
    }
    pipe.add(finished(worker, index));
  }

  private static boolean landOne(Random random, List<ArrayDeque<Chunk>> pipes, List<Chunk> log) {
    List<ArrayDeque<Chunk>> open = pipes.stream().filter(p -> !p.isEmpty()).toList();
    if (open.isEmpty()) {
      return false;
    }
    log.add(open.get(random.nextInt(open.size())).remove());
    return true;
  }

  @Provide
  Arbitrary<List<Chunk>> anyLogs() {
    Arbitrary<Integer> attempt = Arbitraries.integers().between(1, 3);
    Arbitrary<Chunk> token =
        Combinators.combine(
                attempt,
                Arbitraries.integers().between(0, 5),
                Arbitraries.integers().between(0, 9).array(int[].class).ofMaxSize(3))
            .as(TestingChunks::tokens);
    Arbitrary<Chunk> end =
        Combinators.combine(attempt, Arbitraries.integers().between(0, 6))
            .as(TestingChunks::finished);
    return Arbitraries.frequencyOf(
            Tuple.of(2, attempt.map(TestingChunks::started)),
            Tuple.of(8, token),
            Tuple.of(1, end),
            Tuple.of(1, attempt.map(TestingChunks::preview)),
            Tuple.of(1, Arbitraries.of(queued(), Chunk.getDefaultInstance())))
        .list()
        .ofMaxSize(60);
  }

  private static List<Verdict> verdicts(StreamRule rule, Chunk... records) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Chunk chunk : records) {
      verdicts.add(rule.apply(chunk));
    }
    return verdicts;
  }
}
