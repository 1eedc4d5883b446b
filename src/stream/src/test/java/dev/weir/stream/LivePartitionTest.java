package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Place;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.StreamReader.StreamFailure;
import org.junit.jupiter.api.Test;

final class LivePartitionTest {
  private static final LogListener NOBODY =
      new LogListener() {
        @Override
        public void onRecord(LogRecord record, Reading reading) {}

        @Override
        public void onCaughtUp(Reading reading) {}

        @Override
        public void onFailed(StreamFailure failure) {}
      };

  private final LivePartition partition = new LivePartition(7, 1_000);

  @Test
  void whatIsOwnedNoMoreNeedNotWaitForListeners() {
    assertThat(partition.idleNanos(1_500)).isEqualTo(500);

    partition.forgo(200);

    assertThat(partition.idleNanos(1_500)).isEqualTo(1_300);
  }

  @Test
  void whatIsOwnedNoMoreStaysAsLongAsItHasListenersAndAWhileLonger() {
    Follower follower = new Follower("a", new Place.At(0, 7, false), NOBODY, _ -> {});
    assertThat(partition.join(follower)).isEqualTo(LivePartition.Joined.YES);

    partition.forgo(200);

    assertThat(partition.idleNanos(1_500)).isZero();
    follower.close();
    assertThat(partition.idleNanos(1_600)).isEqualTo(100);
  }
}
