package dev.weir.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Warning;
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
  void picturesComeInOrderAndTheEndTellsWhatWasNotRead() {
    Chunk preview = Chunk.newBuilder().setPreview(Preview.newBuilder().setStep(3)).build();
    Warning warning = Warning.newBuilder().setCode("unread_words").addWords("sword").build();
    Chunk end = Chunk.newBuilder().setFinished(Finished.newBuilder().addWarnings(warning)).build();
    List<Chunk> chunks = List.of(preview, picture(0), preview, picture(1), end);
    List<Object> seen = new ArrayList<>();
    try (Answer answer = answer(TestingStreamReader.of(chunks))) {
      for (AnswerEvent event : answer) {
        switch (event) {
          case AnswerEvent.Glimpse glimpse -> seen.add(glimpse.preview().getStep());
          case AnswerEvent.Image image -> seen.add(new String(image.picture().bytes(), UTF_8));
          case AnswerEvent.End last -> seen.addAll(last.warnings());
          case AnswerEvent.Began _, AnswerEvent.Text _ -> throw new AssertionError(event);
        }
      }
    }
    assertThat(seen).containsExactly(3, "picture 0", 3, "picture 1", warning);
    try (Answer answer =
        new Answer(
            TestingStreamReader.of(chunks), "id", new Start.After(new Cursor(0, 1)), LIMIT)) {
      assertThat(answer.pictures()).singleElement().extracting(Picture::index).isEqualTo(1L);
    }
  }

  @Test
  void morePreviewsThanCanWaitAreMissedAndNoPictureIs() {
    byte[] large = new byte[1 << 20];
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < 3 * Answer.MAX_WAITING; i++) {
      chunks.add(Chunk.newBuilder().setPreview(Preview.newBuilder().setStep(i)).build());
    }
    for (int i = 0; i < 100; i++) { // of 100 MiB
      ImagePart part =
          ImagePart.newBuilder()
              .setFirstIndex(i)
              .setData(UnsafeByteOperations.unsafeWrap(large))
              .build();
      chunks.add(Chunk.newBuilder().setImage(part).build());
    }
    chunks.add(Chunk.newBuilder().setFinished(Finished.getDefaultInstance()).build());
    TestingStreamReader reader = TestingStreamReader.of(chunks);
    List<Long> pictures = new ArrayList<>();
    int previews = 0;
    try (Answer answer = answer(reader)) {
      awaitOverrun(answer); // by the bytes of pictures
      for (AnswerEvent event : answer) {
        if (event instanceof AnswerEvent.Image image) {
          pictures.add(image.part().getFirstIndex());
        } else if (event instanceof AnswerEvent.Glimpse) {
          previews++;
        }
      }
    }
    assertThat(pictures).hasSize(100).isSorted().doesNotHaveDuplicates();
    assertThat(previews).isBetween(1, Answer.MAX_WAITING);
  }

  private static Chunk picture(int index) {
    return Chunk.newBuilder()
        .setImage(
            ImagePart.newBuilder()
                .setFirstIndex(index)
                .setData(ByteString.copyFromUtf8("picture " + index)))
        .build();
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
