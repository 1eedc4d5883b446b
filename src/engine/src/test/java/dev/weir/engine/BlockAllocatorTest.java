package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class BlockAllocatorTest {
  @Property
  void everyBlockIsFreeOrHasOneOwner(
      @ForAll @Size(max = 50) List<@IntRange(min = -20, max = 20) Integer> changes) {
    BlockAllocator allocator = new BlockAllocator(32);
    List<int[]> owners = new ArrayList<>();
    for (int change : changes) {
      if (change >= 0 && change <= allocator.free()) {
        owners.add(allocator.allocate(change));
      } else if (change < 0 && !owners.isEmpty()) {
        allocator.free(owners.remove(-change % owners.size()));
      }
      Set<Integer> owned = new HashSet<>();
      owners.forEach(blocks ->
          Arrays.stream(blocks)
              .forEach(block -> {
                assertThat(block).isBetween(0, 31);
                assertThat(owned.add(block)).isTrue();
              }));
      assertThat(owned.size() + allocator.free()).isEqualTo(32);
    }
  }

  @Test
  void freeingTwiceIsAnError() {
    BlockAllocator allocator = new BlockAllocator(4);
    int[] blocks = allocator.allocate(2);
    allocator.free(blocks);
    assertThatThrownBy(() -> allocator.free(blocks)).hasMessageContaining("free already");
    assertThat(allocator.free()).isEqualTo(4);
  }

  @Test
  void takingMoreThanThereAreIsAnError() {
    assertThatThrownBy(() -> new BlockAllocator(4).allocate(5))
        .hasMessage("5 blocks wanted, but only 4 are free");
  }

  @Test
  void blocksAreRoundedUpToSixteenTokens() {
    assertThat(BlockAllocator.blocksFor(1)).isEqualTo(1);
    assertThat(BlockAllocator.blocksFor(16)).isEqualTo(1);
    assertThat(BlockAllocator.blocksFor(17)).isEqualTo(2);
  }
}
