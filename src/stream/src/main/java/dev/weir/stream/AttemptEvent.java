package dev.weir.stream;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.StreamReader.StreamFailure;

/** What happens to an attempt. */
public sealed interface AttemptEvent {
  /** The generator has room for it. */
  record Admitted() implements AttemptEvent {}

  /** Another worker may do it sooner: if nothing is written of it, it can have it. */
  record GiveBack(Reason reason) implements AttemptEvent {
    /** Why, in a metric and in words. */
    public enum Reason {
      FREE_ELSEWHERE("another worker has a free slot"),
      HELD_LONG("it has waited here for long"),
      CLOSING("the worker closes");

      final String words;

      Reason(String words) {
        this.words = words;
      }
    }
  }

  /** The place where a request without {@code from} is read from was found. */
  record Located(int partition, long offset) implements AttemptEvent {}

  /** Our {@code started} is acknowledged. */
  record StartedAt(long offset) implements AttemptEvent {}

  /** Our {@code started} was read, so all before it was. */
  record Read(LogView.Before before) implements AttemptEvent {}

  /** A newer {@code started} of another attempt was read, or a record of ours that is dropped. */
  record Displaced(String why) implements AttemptEvent {}

  /** An attempt at an earlier record of the same request id was read behind ours. */
  record Duplicate() implements AttemptEvent {}

  /** A {@code finished} that counts was read. */
  record Ended(LogView.Stream stream) implements AttemptEvent {}

  record ReadFailed(StreamFailure failure) implements AttemptEvent {}

  /** Every record that was sent so far is acknowledged, {@code finished} among them. */
  record AllAcknowledged() implements AttemptEvent {}

  /** A send failed, or it is unsure whether it did. */
  record SendFailed(String what, Exception failure) implements AttemptEvent {}

  /** The copy for the dead ones is acknowledged. */
  record Buried() implements AttemptEvent {}

  /** The result was sent to the application's topic, or that failed. */
  record Replied() implements AttemptEvent {}

  // What the generator makes.
  record MadeTokens(Tokens tokens) implements AttemptEvent {}

  record MadePreview(Preview preview) implements AttemptEvent {}

  record MadeImage(ImagePart part) implements AttemptEvent {}

  record MadeEnd(Finished finished) implements AttemptEvent {}

  record Cancelled(String reason) implements AttemptEvent {}

  /** The lock could not be renewed: somebody else may have the request. */
  record LockLost() implements AttemptEvent {}

  /**
   * What a reading of the log has told; of no interest once another one was begun.
   *
   * @param number of the reading, counted from 1
   */
  record OfReading(int number, AttemptEvent event) implements AttemptEvent {}

  /** A record of ours that was acknowledged does not lie where it lay. */
  record LostRecords(long offset) implements AttemptEvent {}

  /** The worker closes and leaves the rest to another. */
  record HandOver() implements AttemptEvent {}
}
