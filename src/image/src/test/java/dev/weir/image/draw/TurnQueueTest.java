package dev.weir.image.draw;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TurnQueueTest {
  private final TurnQueue<String> queue = new TurnQueue<>();

  private void add(String tenant, int priority, String... items) {
    for (String item : items) {
      queue.add(tenant, priority, item);
    }
  }

  private List<String> poll(int count) {
    List<String> polled = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      polled.add(queue.poll());
    }
    return polled;
  }

  @Test
  void theHigherPriorityComesFirstWhoeverAsksForIt() {
    add("a", 0, "a1", "a2");
    add("b", 5, "b1", "b2");
    add("a", 5, "a3");
    assertThat(poll(5)).containsExactly("a3", "b1", "b2", "a1", "a2");
    assertThat(queue.poll()).isNull();
  }

  @Test
  void whoComesLaterTakesTurnsFromThenOnAndIsOwedNothing() {
    add("a", 0, "a1", "a2", "a3", "a4", "a5", "a6");
    assertThat(poll(3)).containsExactly("a1", "a2", "a3");
    add("b", 0, "b1", "b2", "b3");
    assertThat(poll(6)).containsExactly("a4", "b1", "a5", "b2", "a6", "b3");
  }

  @Test
  void whatIsTakenOutIsNotPolledAndTheOthersKeepTheirOrder() {
    add("a", 0, "a1", "a2", "a3");
    add("b", 0, "b1");
    assertThat(queue.removeIf(item -> item.endsWith("1"))).containsExactlyInAnyOrder("a1", "b1");
    assertThat(queue.size()).isEqualTo(2);
    assertThat(poll(3)).containsExactly("a2", "a3", null);
  }
}
