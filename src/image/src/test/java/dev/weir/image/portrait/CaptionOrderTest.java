package dev.weir.image.portrait;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CaptionOrderTest {
  private static final int CAPTIONS = 400;
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final PortraitWords words = PortraitWords.builtIn();

  @Test
  void eachPartIsNamedBeforeEachOtherAboutHalfOfTheTime() {
    List<String> nouns = nouns();
    Portrait portrait = new PortraitSampler(design).draw(1, 0);
    boolean[] said = new boolean[design.attributes().size()];
    Arrays.fill(said, true);
    Captions captions = new Captions(words);
    Random random = new Random(3);
    int[][] before = new int[nouns.size()][nouns.size()];
    for (int n = 0; n < CAPTIONS; n++) {
      List<String> caption = List.of(captions.write(portrait, said, random).split("[^a-z]+", -1));
      for (int a = 0; a < nouns.size(); a++) {
        int place = caption.indexOf(nouns.get(a));
        assertThat(place).as("%s in %s", nouns.get(a), caption).isNotNegative();
        for (int b = 0; b < nouns.size(); b++) {
          before[a][b] += place < caption.indexOf(nouns.get(b)) ? 1 : 0;
        }
      }
    }
    for (int a = 0; a < nouns.size(); a++) {
      for (int b = 0; b < a; b++) {
        assertThat(before[a][b]) // 200 with a deviation of 10
            .as("%s before %s", nouns.get(a), nouns.get(b))
            .isBetween(CAPTIONS / 2 - 60, CAPTIONS / 2 + 60);
      }
    }
  }

  /** Of all parts but the background, which ends a caption. */
  private List<String> nouns() {
    List<String> nouns = new ArrayList<>();
    for (int i = 0; i < design.attributes().size(); i++) {
      String noun = words.nouns(i).getFirst();
      if (!nouns.contains(noun) && !noun.equals("background")) {
        nouns.add(noun);
      }
    }
    assertThat(nouns).hasSize(9);
    return nouns;
  }
}
