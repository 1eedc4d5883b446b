package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
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

final class BlockPoolTest {
  private static final int BLOCKS = 8;

  /** A sequence of the model: its text in blocks, each one letter 16 times. */
  private static final class Holder {
    final List<Integer> blocks = new ArrayList<>();
    String text = "";
    long content = BlockPool.ROOT;
  }

  private enum Kind {
    BEGIN,
    APPEND,
    END
  }

  private record Action(Kind kind, int which, char letter) {}

  @Provide
  Arbitrary<List<Action>> actions() {
    return Combinators.combine(
            Arbitraries.of(Kind.BEGIN, Kind.APPEND, Kind.APPEND, Kind.APPEND, Kind.END),
            Arbitraries.integers().between(0, 99),
            Arbitraries.chars().range('a', 'c'))
        .as(Action::new)
        .list()
        .ofMaxSize(80);
  }

  /** Every hit is a block with exactly the tokens and the prefix that were asked for. */
  @Property(tries = 1000)
  void noBlockIsLostOrFreedTwiceOrFoundWithAnotherContent(@ForAll("actions") List<Action> actions) {
    BlockPool pool = new BlockPool(BLOCKS);
    List<Holder> holders = new ArrayList<>();
    Map<Integer, String> memory = new HashMap<>(); // the whole prefix that a block ends
    for (Action action : actions) {
      if (action.kind == Kind.BEGIN) {
        holders.add(new Holder());
      } else if (!holders.isEmpty()) {
        Holder holder = holders.get(action.which % holders.size());
        if (action.kind == Kind.END) {
          holders.remove(holder);
          holder.blocks.reversed().forEach(pool::release);
        } else {
          append(pool, holder, action.letter, memory);
        }
      }
      check(pool, holders, memory);
    }
    holders.forEach(holder -> holder.blocks.reversed().forEach(pool::release));
    assertThat(pool.free()).isEqualTo(BLOCKS);
  }

  private static void append(
      BlockPool pool, Holder holder, char letter, Map<Integer, String> memory) {
    int[] tokens = block(letter);
    int hit = pool.hit(holder.content, "", tokens, 0);
    if (hit >= 0) {
      assertThat(memory.get(hit)).isEqualTo(holder.text + letter);
      holder.content = pool.content(hit);
      holder.blocks.add(hit);
    } else if (pool.free() > 0) {
      int taken = pool.take();
      memory.put(taken, holder.text + letter);
      holder.content = pool.publish(taken, holder.content, "", tokens, 0);
      holder.blocks.add(taken);
    } else {
      return;
    }
    holder.text += letter;
  }

  private static void check(BlockPool pool, List<Holder> holders, Map<Integer, String> memory) {
    for (Holder holder : holders) {
      for (int i = 0; i < holder.blocks.size(); i++) {
        assertThat(memory.get(holder.blocks.get(i))).isEqualTo(holder.text.substring(0, i + 1));
      }
    }
    long held = holders.stream().flatMap(holder -> holder.blocks.stream()).distinct().count();
    assertThat(pool.free()).isEqualTo(BLOCKS - (int) held);
  }

  private static int[] block(int token) {
    int[] tokens = new int[LanguageModel.BLOCK_TOKENS];
    Arrays.fill(tokens, token);
    return tokens;
  }

  private static int published(BlockPool pool, int token) {
    int block = pool.take();
    pool.publish(block, BlockPool.ROOT, "", block(token), 0);
    return block;
  }

  @Test
  void theLongestUnusedBlockIsTakenFirst() {
    BlockPool pool = new BlockPool(2);
    int older = published(pool, 1);
    int newer = published(pool, 2);
    pool.release(older);
    pool.release(newer);
    assertThat(pool.hit(BlockPool.ROOT, "", block(1), 0)).isEqualTo(older); // used again
    pool.release(older);
    assertThat(pool.take()).isEqualTo(newer);
    assertThat(pool.hit(BlockPool.ROOT, "", block(2), 0)).isNegative();
    assertThat(pool.hit(BlockPool.ROOT, "", block(1), 0)).isEqualTo(older);
  }

  @Test
  void blocksWithoutContentAreTakenBeforeThoseThatCanBeFound() {
    BlockPool pool = new BlockPool(2);
    pool.release(published(pool, 1));
    pool.take();
    assertThat(pool.idle()).isEqualTo(1);
  }

  @Test
  void anotherSaltFindsNothing() {
    BlockPool pool = new BlockPool(2);
    published(pool, 1);
    assertThat(pool.hit(BlockPool.ROOT, "other", block(1), 0)).isNegative();
    assertThat(pool.hit(BlockPool.ROOT, "", block(1), 0)).isNotNegative();
  }

  @Test
  void aSpoiltBlockIsNotFoundAnyMore() {
    BlockPool pool = new BlockPool(2);
    int block = published(pool, 1);
    pool.spoil(block);
    pool.release(block);
    assertThat(pool.hit(BlockPool.ROOT, "", block(1), 0)).isNegative();
    assertThat(pool.idle()).isZero();
  }

  @Test
  void freeingTwiceIsAnError() {
    BlockPool pool = new BlockPool(4);
    int block = pool.take();
    pool.release(block);
    assertThatThrownBy(() -> pool.release(block)).hasMessageContaining("free already");
    assertThat(pool.free()).isEqualTo(4);
  }

  @Test
  void takingMoreThanThereAreIsAnError() {
    BlockPool pool = new BlockPool(1);
    pool.take();
    assertThatThrownBy(pool::take).hasMessage("all 1 blocks are held");
  }

  @Test
  void blocksAreRoundedUpToSixteenTokens() {
    assertThat(BlockPool.blocksFor(1)).isEqualTo(1);
    assertThat(BlockPool.blocksFor(16)).isEqualTo(1);
    assertThat(BlockPool.blocksFor(17)).isEqualTo(2);
  }
}
