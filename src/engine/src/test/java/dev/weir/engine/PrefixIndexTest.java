package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class PrefixIndexTest {
  private static final int BLOCKS = 40;

  private record Content(long parent, String salt, int token) {
    int[] tokens() {
      int[] tokens = new int[LanguageModel.BLOCK_TOKENS];
      Arrays.fill(tokens, token);
      return tokens;
    }
  }

  private record Action(int block, Content content) {}

  @Provide
  Arbitrary<List<Action>> actions() {
    Arbitrary<Content> contents =
        Combinators.combine(
                Arbitraries.of(0L, 1L, 1L << 32),
                Arbitraries.of("", "a"),
                Arbitraries.integers().between(0, 9))
            .as(Content::new);
    return Combinators.combine(Arbitraries.integers().between(0, BLOCKS - 1), contents)
        .as(Action::new)
        .list()
        .ofMaxSize(200);
  }

  /** A block that is not here is put in, one that is here is taken out. */
  @Property
  void itFindsWhatAMapWouldFind(@ForAll("actions") List<Action> actions) {
    PrefixIndex index = new PrefixIndex(BLOCKS);
    Map<Content, Integer> expected = new HashMap<>();
    for (Action action : actions) {
      int block = action.block;
      Content content = action.content;
      if (expected.containsValue(block)) {
        index.remove(block);
        expected.values().remove(block);
      } else {
        int same = index.putIfAbsent(block, content.parent, content.salt, content.tokens(), 0);
        Integer other = expected.putIfAbsent(content, block);
        assertThat(same).isEqualTo(other == null ? -1 : other);
      }
      for (Action any : actions) {
        Content asked = any.content;
        int[] text = new int[3 + LanguageModel.BLOCK_TOKENS];
        System.arraycopy(asked.tokens(), 0, text, 3, LanguageModel.BLOCK_TOKENS);
        assertThat(index.find(asked.parent, asked.salt, text, 3))
            .isEqualTo(expected.getOrDefault(asked, -1));
      }
    }
  }

  @Test
  void whatIsNotThereCannotBeTakenOut() {
    PrefixIndex index = new PrefixIndex(1);
    assertThatThrownBy(() -> index.remove(0)).hasMessage("block 0 is not in the index");
  }
}
