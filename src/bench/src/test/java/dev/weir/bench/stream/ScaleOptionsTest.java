package dev.weir.bench.stream;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ScaleOptionsTest {
  @Test
  void tooFewOpenFilesAreToldWithWhatToDo() {
    assertThatThrownBy(() -> IdleSockets.requireFiles(10_000, 4096))
        .hasMessageContaining("10000 sockets need 10600 open files in each of two processes")
        .hasMessageContaining("which may have 4096 each")
        .hasMessageContaining("ulimit -n 10600")
        .hasMessageContaining("--sockets 3496");
  }

  private static ScaleOptions withPaced(int paced, int workers) {
    return new ScaleOptions(1, 5, 1, 50, 1, 1, paced, 2000, List.of(1), 32, workers, 1, 1);
  }

  @Test
  void moreSlotsThanAGroupHasMembersAreRefusedBeforeAnythingStarts() {
    assertThatCode(() -> withPaced(1000, 4)).doesNotThrowAnyException();
    assertThatThrownBy(() -> withPaced(1000, 3))
        .hasMessageContaining("--paced, rounded up to a multiple of --workers, is 1002")
        .hasMessageContaining("at most 1000");
  }

  @Test
  void whoOpensNoSocketsNeedsNoFiles() {
    assertThatCode(() -> IdleSockets.requireFiles(0, 100)).doesNotThrowAnyException();
    assertThatCode(() -> IdleSockets.requireFiles(10_000, 10_600)).doesNotThrowAnyException();
  }
}
