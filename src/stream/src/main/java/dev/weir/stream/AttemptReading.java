package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Position;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Place;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.StreamReader.StreamFailure;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An attempt's reading of the chunk log: where it begins, and where it begins again if no `queued`
 * of the request lies there. For use by the attempt's thread.
 */
final class AttemptReading {
  private final LogReader reader;
  private final Delivery delivery;
  private final ByteString id;
  private final OwnRecords own;
  private final Consumer<AttemptEvent> events;
  private int partition;
  private long fromOffset;
  // how many were begun: what an earlier one tells comes too late
  private int begun;
  private @Nullable Reading reading;
  private @Nullable Reading probe;

  /**
   * @param id of the attempt
   * @param own the records that it has written
   * @param events takes what a {@link LogView} tells
   */
  AttemptReading(
      LogReader reader,
      Delivery delivery,
      ByteString id,
      OwnRecords own,
      Consumer<AttemptEvent> events) {
    this.reader = reader;
    this.delivery = delivery;
    this.id = id;
    this.own = own;
    this.events = events;
  }

  /**
   * Begins at the request's `from`, or before its time if it has none.
   *
   * @param partitions of the chunk log
   * @return whether the place is known, else {@link AttemptEvent.Located} tells it
   */
  boolean begin(int partitions) {
    Position from = delivery.request().getFrom();
    if (delivery.request().hasFrom()
        && from.getPartition() >= 0
        && from.getPartition() < partitions
        && from.getOffset() >= 0) {
      partition = from.getPartition();
      fromOffset = from.getOffset();
      read(new Place.At(partition, fromOffset, false));
      return true;
    }
    partition = RequestIds.partition(delivery.requestId(), partitions);
    beginBeforeItsTime();
    return false;
  }

  /** Begins (again) where the request cannot have been yet: both logs have their brokers' times. */
  void beginBeforeItsTime() {
    read(
        new Place.Since(
            partition, delivery.appendMs() - KafkaStreamReader.CLOCK_ALLOWANCE.toMillis()));
  }

  private void read(Place place) {
    close();
    own.readAgain();
    int number = ++begun;
    LogView view =
        new LogView(
            id,
            delivery.topic(),
            delivery.offset(),
            place instanceof Place.At at ? OptionalLong.of(at.offset()) : OptionalLong.empty(),
            own,
            event -> events.accept(new AttemptEvent.OfReading(number, event)));
    reading = reader.read(delivery.requestId(), place, view);
  }

  /**
   * Whether it was begun last. To be asked when an event is taken, not when it comes: it may lie in
   * a mailbox while another reading is begun.
   */
  boolean isCurrent(int number) {
    return number == begun;
  }

  /** Looks whether an acknowledged record of ours still lies where it lay, if that is time. */
  void tick(long nowMs) {
    OptionalLong unread = own.overdue(nowMs);
    if (unread.isPresent() && reading != null) {
      closeProbe();
      long offset = unread.getAsLong();
      probe =
          reader.read(
              delivery.requestId(),
              new Place.At(partition, offset, true),
              new Probe(id, offset, events));
    }
  }

  /** When {@link #tick} is due, milliseconds since 1970 (UTC). */
  long dueMs() {
    return own.dueMs();
  }

  /** The place is known now. */
  void located(long offset) {
    fromOffset = offset;
  }

  /** Whether it has begun once and not again. */
  boolean isFirst() {
    return begun == 1;
  }

  int partition() {
    return partition;
  }

  /** Where the stream begins, for `started`. */
  long fromOffset() {
    return fromOffset;
  }

  void close() {
    if (reading != null) {
      reading.close();
      reading = null;
    }
    closeProbe();
  }

  private void closeProbe() {
    if (probe != null) {
      probe.close();
      probe = null;
    }
  }

  /** Hears what lies at the place of an acknowledged record. */
  private record Probe(ByteString own, long offset, Consumer<AttemptEvent> events)
      implements LogListener {
    @Override
    public void onRecord(LogRecord record, Reading reading) {
      reading.close();
      if (record.offset() != offset || !record.chunk().getAttempt().equals(own)) {
        events.accept(new AttemptEvent.LostRecords(offset));
      }
    }

    @Override
    public void onCaughtUp(Reading reading) {
      reading.close();
      events.accept(new AttemptEvent.LostRecords(offset));
    }

    @Override
    public void onFailed(StreamFailure failure) {
      if (failure.code().equals("out_of_range")) {
        events.accept(new AttemptEvent.LostRecords(offset));
      }
    }
  }
}
