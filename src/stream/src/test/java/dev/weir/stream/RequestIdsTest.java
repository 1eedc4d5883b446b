package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class RequestIdsTest {
  /** The day's last millisecond of the year 9999. */
  private static final long LATEST = 253_402_300_799_999L;

  @Property
  void aDrawnIdIsAUuid7ThatTellsItsTime(@ForAll @LongRange(max = LATEST) long nowMs) {
    String id = RequestIds.draw(nowMs);
    UUID uuid = UUID.fromString(id);
    assertThat(uuid.version()).isEqualTo(7);
    assertThat(uuid.variant()).isEqualTo(2);
    assertThat(id).isEqualTo(uuid.toString()).isLowerCase();
    assertThat(RequestIds.timeMs(id)).hasValue(nowMs);
  }

  @Property
  void anIdIsDrawnInAPartitionThatIsOwned(@ForAll @IntRange(max = 11) int owned) {
    String id = RequestIds.draw(1, Set.of(owned), 12);
    assertThat(RequestIds.partition(id, 12)).isEqualTo(owned);
  }

  @Test
  void thePartitionIsThatOfKafkasDefaultPartitioner() {
    // From Kafka's own tests: murmur2 of "21" is -973932308, of "foobar" -790332482.
    assertThat(RequestIds.partition("21", 100)).isEqualTo((-973932308 & 0x7fffffff) % 100);
    assertThat(RequestIds.partition("foobar", 7)).isEqualTo((-790332482 & 0x7fffffff) % 7);
  }

  @Test
  void aDerivedIdIsTheSameAtEveryDeliveryAndAnotherAtEveryPlace() {
    String id = RequestIds.derive(1_700_000_000_000L, "topic", 0, 42);
    assertThat(RequestIds.derive(1_700_000_000_000L, "topic", 0, 42)).isEqualTo(id);
    assertThat(UUID.fromString(id).version()).isEqualTo(8);
    assertThat(UUID.fromString(id).variant()).isEqualTo(2);
    assertThat(RequestIds.timeMs(id)).hasValue(1_700_000_000_000L);
    assertThat(RequestIds.derive(1_700_000_000_000L, "topic", 0, 43)).isNotEqualTo(id);
    assertThat(RequestIds.derive(1_700_000_000_000L, "other", 0, 42)).isNotEqualTo(id);
  }

  @Test
  void anyOtherTextHasNoTime() {
    assertThat(RequestIds.timeMs("order-17")).isEmpty();
    assertThat(RequestIds.timeMs(UUID.randomUUID().toString())).isEmpty();
    assertThat(RequestIds.timeMs("x".repeat(36))).isEmpty();
  }
}
