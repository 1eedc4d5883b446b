package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.ModelCard;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PeersTest {
  private final List<ModelCard> cards = new ArrayList<>();
  private final Peers peers = new Peers(registry(), "m", "me");

  private ModelRegistry registry() {
    return new ModelRegistry() {
      @Override
      public List<ModelCard> cards() {
        return cards;
      }

      @Override
      public void close() {}
    };
  }

  private static ModelCard card(String model, String worker, int slots, int running, int waiting) {
    return ModelCard.newBuilder()
        .setModel(model)
        .setWorker(worker)
        .setSlots(slots)
        .setRunning(running)
        .setWaiting(waiting)
        .setWrittenMs(1)
        .build();
  }

  @Test
  void freeSlotsAreThoseOfOtherWorkersOfTheModel() {
    cards.add(card("m", "me", 4, 0, 0));
    cards.add(card("other", "a", 4, 0, 0));
    assertThat(peers.freeSlots()).isZero();
    assertThat(peers.any()).isFalse();
    cards.add(card("m", "a", 4, 1, 0));
    assertThat(peers.any()).isTrue();
    cards.add(card("m", "b", 2, 2, 0));
    assertThat(peers.freeSlots()).isEqualTo(3);
  }

  @Test
  void aWorkerWhoseOwnRequestsWaitHasNoRoomForOthers() {
    cards.add(card("m", "a", 4, 3, 8));
    assertThat(peers.freeSlots()).isZero();
  }

  @Test
  void theSlotsOfACardAreClaimedOnce() {
    cards.add(card("m", "a", 4, 1, 0));
    assertThat(peers.claim()).isEqualTo(3);
    assertThat(peers.claim()).isZero();
    cards.add(card("m", "b", 2, 0, 0));
    assertThat(peers.claim()).isEqualTo(2);
    cards.set(0, card("m", "a", 4, 2, 0).toBuilder().setWrittenMs(2).build());
    assertThat(peers.claim()).isEqualTo(2);
    assertThat(peers.freeSlots()).isEqualTo(4);
  }
}
