package dev.weir.train.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.torch.train.HostTensor;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CaptionBatchesTest {
  private static final int ROWS = 4;
  private static final int LENGTH = 129;
  private static final BytePairs.Encoder ENCODER = new BytePairs.Encoder(CaptionTokenizer.pairs());

  private static int[] tokens(Use use, long step) {
    HostTensor.Integers tensor =
        Objects.requireNonNull(
            new CaptionBatches(use, 6, ROWS, LENGTH - 1).at(step).get(CaptionTransformer.TOKENS));
    assertThat(tensor.shape()).containsExactly(ROWS, LENGTH);
    return tensor.values();
  }

  /** The captions of a row; the last one as far as it goes. */
  private static List<List<Integer>> captions(int[] tokens, int row) {
    List<List<Integer>> captions = new ArrayList<>();
    for (int id : Arrays.copyOfRange(tokens, row * LENGTH, (row + 1) * LENGTH)) {
      if (id == BytePairs.END_ID) {
        captions.add(new ArrayList<>());
      } else {
        captions.getLast().add(id); // fails where a row does not begin with an end
      }
    }
    return captions;
  }

  @Test
  void rowsAreCaptionsOneBehindTheOther() {
    int[] tokens = tokens(Use.VALIDATION, 3);
    PortraitCaptions captions = new PortraitCaptions(Use.VALIDATION, 6);
    for (int row = 0; row < ROWS; row++) {
      List<List<Integer>> found = captions(tokens, row);
      assertThat(found).hasSizeGreaterThan(1);
      for (int i = 0; i < found.size(); i++) {
        int[] whole = ENCODER.encode(captions.at((3L * ROWS + row) * LENGTH + i));
        int[] read = found.get(i).stream().mapToInt(Integer::intValue).toArray();
        assertThat(read)
            .isEqualTo(i + 1 < found.size() ? whole : Arrays.copyOf(whole, read.length));
      }
    }
  }

  @Test
  void halfOfWhatIsLearnedFromIsCutSomewhere() {
    PortraitCaptions captions = new PortraitCaptions(Use.TRAINING, 6);
    int cut = 0;
    int all = 0;
    for (long step = 0; step < 200; step++) {
      int[] tokens = tokens(Use.TRAINING, step);
      for (int row = 0; row < ROWS; row++) {
        List<List<Integer>> found = captions(tokens, row);
        for (int i = 0; i + 1 < found.size(); i++) {
          int[] whole = ENCODER.encode(captions.at((step * ROWS + row) * LENGTH + i));
          cut +=
              Arrays.equals(found.get(i).stream().mapToInt(Integer::intValue).toArray(), whole)
                  ? 0
                  : 1;
          all++;
        }
      }
    }
    // A cut before a blank or a hyphen changes nothing: it is one of about six.
    assertThat((double) cut / all).isCloseTo(0.5 * 5 / 6, within(0.05));
    assertThat(all).isGreaterThan(1000);
  }

  @Test
  void aBatchIsFixedByItsStepAndSharesNothingWithOthers() {
    assertThat(tokens(Use.TRAINING, 7)).isEqualTo(tokens(Use.TRAINING, 7));
    Set<List<Integer>> rows = new HashSet<>();
    for (long step = 0; step < 16; step++) {
      int[] tokens = tokens(Use.TRAINING, step);
      for (int row = 0; row < ROWS; row++) {
        rows.add(Arrays.stream(tokens, row * LENGTH, (row + 1) * LENGTH).boxed().toList());
      }
    }
    assertThat(rows).hasSize(16 * ROWS);
  }
}
