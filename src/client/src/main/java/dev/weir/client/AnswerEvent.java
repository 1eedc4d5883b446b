package dev.weir.client;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Cursor;

/** Something that happened in the stream of one request. */
public sealed interface AnswerEvent {
  /** A worker begins or continues it; seen again when another worker takes over. */
  record Began(Started started) implements AnswerEvent {}

  /**
   * New tokens, in order and without gap.
   *
   * @param cursor to resume behind them: {@link WeirClient#resume}
   */
  record Text(Cursor cursor, Tokens tokens) implements AnswerEvent {
    /** The text that they release. */
    public String text() {
      return tokens.getText();
    }
  }

  /** A picture on its way; may be missed or repeated. */
  record Glimpse(Preview preview) implements AnswerEvent {}

  /**
   * A part of a picture, in order and without gap.
   *
   * @param cursor to resume behind it
   */
  record Image(Cursor cursor, ImagePart part) implements AnswerEvent {}

  /** The end; always the last event. */
  record End(Finished finished) implements AnswerEvent {}
}
