package dev.weir.bench.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.stream.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StreamCheckTest {
  private static final Expected ANSWER = new Expected(List.of(10, 11, 12, 13), "abcd", "length");

  private final List<String> resumed = new ArrayList<>();
  private final List<Long> gaps = new ArrayList<>();
  private long nanos;

  private final StreamCheck check =
      new StreamCheck(
          ANSWER,
          new StreamCheck.Timing() {
            @Override
            public void resumed(FaultKind after, long took) {
              resumed.add(after + " " + took);
            }

            @Override
            public void gap(long took) {
              gaps.add(took);
            }
          },
          () -> nanos);

  private void tokens(long first, String text, Integer... ids) {
    check.onTokens(new Cursor(0, 100 + first), first, List.of(ids), text);
  }

  private List<String> flaws() {
    return check.flaws().stream()
        .map(flaw -> "%s %d x%d".formatted(flaw.kind(), flaw.token(), flaw.count()))
        .toList();
  }

  @Test
  void aStreamThatIsAsItShouldBeHasNoFlaw() {
    tokens(0, "a", 10);
    tokens(1, "bc", 11, 12);
    tokens(3, "d", 13);
    check.onFinished("length", 4, "");
    assertThat(flaws()).isEmpty();
    assertThat(check.isFinished()).isTrue();
    assertThat(check.cursor()).isEqualTo(new Cursor(0, 103));
  }

  @Test
  void aTokenThatIsLeftOutIsLostAndThoseBehindItAreHeldAgainstTheirOwnPlaces() {
    tokens(0, "a", 10);
    tokens(2, "cd", 12, 13);
    assertThat(flaws()).containsExactly("LOST 1 x1");
  }

  @Test
  void aTokenThatComesAgainIsDoubledAndCountsOnce() {
    tokens(0, "ab", 10, 11);
    tokens(1, "bc", 11, 12);
    assertThat(flaws()).containsExactly("DOUBLED 1 x1");
    assertThat(check.next()).isEqualTo(3);
  }

  @Test
  void anotherTokenIsChanged() {
    tokens(0, "ab", 10, 99);
    assertThat(flaws()).containsExactly("CHANGED 1 x1");
  }

  @Test
  void aTokenBeyondTheEndOfTheAnswerIsChanged() {
    tokens(0, "abcde", 10, 11, 12, 13, 14);
    assertThat(flaws()).containsExactly("CHANGED 4 x1");
  }

  @Test
  void anEndBeforeTheLastTokenLosesTheRest() {
    tokens(0, "a", 10);
    check.onFinished("error", 1, "");
    assertThat(flaws()).containsExactly("LOST 1 x3");
  }

  @Test
  void anEndThatCountsOtherwiseIsAFlaw() {
    tokens(0, "abcd", 10, 11, 12, 13);
    check.onFinished("length", 6, "");
    assertThat(flaws()).containsExactly("LOST 4 x2");
  }

  @Test
  void anotherReasonOfTheEndIsChanged() {
    tokens(0, "abcd", 10, 11, 12, 13);
    check.onFinished("stop", 4, "");
    assertThat(flaws()).containsExactly("CHANGED 4 x1");
  }

  @Test
  void rightIdsWithAnotherTextAreChanged() {
    tokens(0, "abcx", 10, 11, 12, 13);
    check.onFinished("length", 4, "");
    assertThat(flaws()).containsExactly("CHANGED 4 x1");
  }

  @Test
  void textThatTheEndReleasesCounts() {
    tokens(0, "abc", 10, 11, 12, 13);
    check.onFinished("length", 4, "d");
    assertThat(flaws()).isEmpty();
  }

  @Test
  void whatComesBehindTheEndIsDoubled() {
    tokens(0, "abcd", 10, 11, 12, 13);
    check.onFinished("length", 4, "");
    tokens(3, "d", 13);
    check.onFinished("length", 4, "");
    assertThat(flaws()).containsExactly("DOUBLED 3 x1", "DOUBLED 4 x1");
  }

  @Test
  void aStreamThatIsGivenUpLosesWhatHadNotCome() {
    tokens(0, "a", 10);
    check.onGivenUp("no end");
    assertThat(flaws()).containsExactly("LOST 1 x3");
  }

  @Test
  void theTimeToResumeIsThatOfTheFirstTokenOfAnotherAttempt() {
    check.onStarted("worker-1");
    tokens(0, "a", 10);
    nanos = 100;
    check.hit(FaultKind.WORKER_KILL);
    nanos = 110;
    tokens(1, "b", 11); // it was in the log already
    assertThat(resumed).isEmpty();
    nanos = 300;
    check.onStarted("worker-2");
    nanos = 350;
    tokens(2, "c", 12);
    nanos = 400;
    tokens(3, "d", 13);
    assertThat(resumed).containsExactly("worker-kill 250");
    assertThat(gaps).containsExactly(110L, 240L, 50L);
  }

  @Test
  void aReaderThatWasCutOffHasResumedWithTheNextToken() {
    check.onStarted("worker-1");
    tokens(0, "a", 10);
    check.cutOff(FaultKind.GATEWAY_KILL);
    nanos = 70;
    tokens(1, "b", 11);
    assertThat(resumed).containsExactly("gateway-kill 70");
  }
}
