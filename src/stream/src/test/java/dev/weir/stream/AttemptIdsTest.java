package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AttemptIdsTest {
  @Test
  void idsOf128BitsComeOnceWhoeverDrawsThem() {
    AttemptIds ids = new AttemptIds(new SecureRandom());
    Set<ByteString> drawn = ConcurrentHashMap.newKeySet();
    IntStream.range(0, 10_000).parallel().forEach(_ -> drawn.add(ids.next()));
    assertThat(drawn).hasSize(10_000).allMatch(id -> id.size() == 16);
  }

  @Test
  void processesHaveNoneInCommonAndTheirOwnAllBeginAlike() {
    Set<ByteString> beginnings = new HashSet<>();
    for (int process = 0; process < 100; process++) {
      AttemptIds ids = new AttemptIds(new SecureRandom());
      ByteString first = ids.next();
      beginnings.add(first.substring(0, 12));
      assertThat(ids.next().substring(0, 12)).isEqualTo(first.substring(0, 12));
    }
    assertThat(beginnings).hasSize(100);
  }
}
