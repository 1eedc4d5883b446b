package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.v1.ModelCard;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class CardShelfTest {
  private long nowMs = 1_000_000;
  private final CardShelf shelf = new CardShelf(() -> Instant.ofEpochMilli(nowMs));

  private ModelCard card(String worker) {
    return ModelCard.newBuilder().setModel("m").setWorker(worker).setWrittenMs(nowMs).build();
  }

  @Test
  void theNewestCardOfEachWorkerCounts() {
    shelf.put("m/a", card("a"));
    shelf.put("m/b", card("b"));
    shelf.put("m/a", card("a").toBuilder().setRunning(3).build());

    assertThat(shelf.fresh()).extracting(ModelCard::getRunning).containsExactly(3, 0);
  }

  @Test
  void aCardThatIsNotRenewedIsIgnoredAfterThirtySeconds() {
    shelf.put("m/a", card("a"));
    nowMs += 30_000;
    assertThat(shelf.fresh()).hasSize(1);
    nowMs += 1;
    assertThat(shelf.fresh()).isEmpty();
  }

  @Test
  void aCardThatWasTakenBackIsGone() {
    shelf.put("m/a", card("a"));
    shelf.put("m/a", null);
    assertThat(shelf.fresh()).isEmpty();
  }

  @Test
  void theShelfDoesNotGrowWithWorkersThatAreGone() {
    for (int i = 0; i < 3 * CardShelf.MAX_CARDS; i++) {
      nowMs += 10;
      shelf.put("m/" + i, card("w" + i));
    }
    assertThat(shelf.fresh()).hasSizeLessThan(CardShelf.MAX_CARDS);
    assertThat(shelf.size()).isLessThanOrEqualTo(CardShelf.MAX_CARDS + 1);
  }
}
