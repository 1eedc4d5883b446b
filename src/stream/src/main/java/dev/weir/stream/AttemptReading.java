package dev.weir.stream;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Position;
import dev.weir.stream.LogReader.Place;
import dev.weir.stream.LogReader.Reading;
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
  private final Consumer<AttemptEvent> events;
  private int partition;
  private long fromOffset;
  // how many were begun: what an earlier one tells comes too late
  private volatile int begun;
  private @Nullable Reading reading;

  /**
   * @param id of the attempt
   * @param events takes what a {@link LogView} tells
   */
  AttemptReading(
      LogReader reader, Delivery delivery, ByteString id, Consumer<AttemptEvent> events) {
    this.reader = reader;
    this.delivery = delivery;
    this.id = id;
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
    int number = begun + 1;
    begun = number;
    LogView view =
        new LogView(
            id,
            delivery.topic(),
            delivery.offset(),
            place instanceof Place.At at ? OptionalLong.of(at.offset()) : OptionalLong.empty(),
            event -> {
              if (number == begun) {
                events.accept(event);
              }
            });
    reading = reader.read(delivery.requestId(), place, view);
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
  }
}
