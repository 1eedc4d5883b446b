package dev.weir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.stream.Cursor;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AnswerTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static Answer answer(TestingStreamReader reader) {
    return new Answer(reader, "id", new Start.Beginning(), LIMIT);
  }

  @Test
  void theTextIsThatOfAllTokens() {
    try (Answer answer = answer(TestingStreamReader.of(12))) {
      assertThat(answer.text()).isEqualTo("012345678901");
    }
  }

  @Test
  void aReaderSlowerThanTheStreamReadsOnInTheLogWithoutGapOrRepeat() {
    int tokens = 5 * Answer.MAX_WAITING;
    TestingStreamReader reader = TestingStreamReader.of(tokens);
    List<Long> indices = new ArrayList<>();
    try (Answer answer = answer(reader)) {
      for (AnswerEvent event : answer) {
        if (event instanceof AnswerEvent.Text text) {
          indices.add(text.tokens().getFirstIndex());
          if (indices.size() == 1) {
            awaitOverrun(answer);
          }
        }
      }
    }
    assertThat(indices).hasSize(tokens).isSorted().doesNotHaveDuplicates();
    assertThat(reader.starts).hasSizeGreaterThan(1);
    assertThat(reader.starts.get(1)).isInstanceOf(Start.After.class);
  }

  /** Nobody takes anything meanwhile, so it comes, or has come before the first was taken. */
  private static void awaitOverrun(Answer answer) {
    while (!answer.overrun()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aResumeBeginsBehindItsCursor() {
    try (Answer answer =
        new Answer(TestingStreamReader.of(6), "id", new Start.After(new Cursor(0, 3)), LIMIT)) {
      assertThat(answer.text()).isEqualTo("45");
    }
  }

  @Test
  void aFailureOfTheReadingIsThrownWithItsCode() {
    try (Answer answer =
        answer(TestingStreamReader.failing(new StreamFailure("cursor_gone", "it is gone", null)))) {
      assertThatThrownBy(answer::text)
          .isInstanceOfSatisfying(
              AnswerException.class, e -> assertThat(e.code()).isEqualTo("cursor_gone"));
    }
  }

  @Test
  void silenceHasALimit() {
    try (Answer answer =
        new Answer(
            TestingStreamReader.of(2),
            "id",
            new Start.After(new Cursor(0, 9)),
            Duration.ofMillis(20))) {
      assertThatThrownBy(answer::text)
          .isInstanceOfSatisfying(
              AnswerException.class, e -> assertThat(e.code()).isEqualTo("timeout"));
    }
  }

  @Test
  void aClosedAnswerDoesNotWait() {
    Answer answer =
        new Answer(TestingStreamReader.of(1), "id", new Start.After(new Cursor(0, 9)), LIMIT);
    answer.close();
    assertThatThrownBy(answer::text).isInstanceOf(AnswerException.class);
  }
}
