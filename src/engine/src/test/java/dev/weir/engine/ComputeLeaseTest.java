package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.ComputeLease.Member;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ComputeLeaseTest {
  private final ComputeLease lease = new ComputeLease();
  private final List<String> turns = Collections.synchronizedList(new ArrayList<>());

  private Thread start(String name, Member member, int rounds, long nanos) {
    int waiting = lease.waiting();
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < rounds; i++) {
                member.acquire();
                turns.add(name);
                member.release(nanos);
              }
            });
    while (lease.waiting() == waiting) {
      Thread.onSpinWait();
    }
    return thread;
  }

  @Test
  void whoHadLessTimeForItsWeightGoesFirst() throws Exception {
    Member busy = lease.join(1);
    Member heavy = lease.join(4);
    Member other = lease.join(1);
    busy.acquire();
    busy.release(300);
    heavy.acquire();
    heavy.release(400); // 100 for its weight
    other.acquire();
    Thread first = start("busy", busy, 1, 1);
    Thread second = start("heavy", heavy, 1, 1);
    other.release(1);
    first.join();
    second.join();
    assertThat(turns).containsExactly("heavy", "busy");
  }

  @Test
  void whoWasAwayHasNoCredit() throws Exception {
    Member here = lease.join(1);
    for (int i = 0; i < 10; i++) {
      here.acquire();
      here.release(1000);
    }
    Member guard = lease.join(1);
    guard.acquire(); // at the virtual time of the last turn
    Member late = lease.join(1);
    Thread first = start("late", late, 3, 600);
    Thread second = start("here", here, 1, 600);
    guard.release(0);
    first.join();
    second.join();
    assertThat(turns).hasSize(4).startsWith("late").contains("here");
    assertThat(turns.indexOf("here")).isLessThanOrEqualTo(2);
  }

  @Test
  void oneAtATime() throws Exception {
    int[] inside = {0};
    int[] most = {0};
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Member member = lease.join(1 + i);
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int round = 0; round < 2000; round++) {
                  member.acquire();
                  inside[0]++;
                  most[0] = Math.max(most[0], inside[0]);
                  inside[0]--;
                  member.release(10);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most[0]).isEqualTo(1);
    assertThat(inside[0]).isZero();
    assertThat(lease.waiting()).isZero();
  }

  @Test
  void aLeaseThatIsNotHeldCannotBeGivenBack() {
    Member member = lease.join(1);
    assertThatThrownBy(() -> member.release(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> lease.join(0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(ComputeLease.of("cpu")).isSameAs(ComputeLease.of("cpu"));
  }
}
