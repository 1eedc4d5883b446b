package dev.weir.client;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.Warning;
import dev.weir.stream.Cursor;
import java.util.List;

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
   * A picture, whole; they come in order and without gap.
   *
   * @param cursor to resume behind it
   */
  record Image(Cursor cursor, ImagePart part) implements AnswerEvent {
    /**
     * The picture; fetched, and held against its digest, where its worker stored it elsewhere.
     *
     * @throws AnswerException as {@link Picture#of}
     */
    public Picture picture() {
      return Picture.of(part);
    }
  }

  /** The end; always the last event. */
  record End(Finished finished) implements AnswerEvent {
    /**
     * What was understood otherwise than it was asked for: words that mean nothing to the model.
     */
    public List<Warning> warnings() {
      return finished.getWarningsList();
    }
  }
}
