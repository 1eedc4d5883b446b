package dev.weir.bench.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.image.Captioned.Caption;
import dev.weir.bench.image.Neighbours.Neighbour;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NeighboursTest {
  private final List<byte[]> training =
      Captioned.pictures(
          Captioned.portraits(PortraitDesign.builtIn(), Use.TRAINING, 50, Caption.FULL));

  @Test
  void copiesAreFoundAndCounted() {
    byte[] changed = training.get(4).clone();
    changed[0]++;
    changed[100]--;
    changed[255] ^= 5;
    List<Neighbour> nearest =
        new Neighbours(training).nearest(List.of(training.get(30).clone(), changed));
    assertThat(nearest.get(0).distance()).isZero();
    assertThat(nearest.get(0).picture()).isEqualTo(training.get(30));
    assertThat(nearest.get(1).distance()).isEqualTo(3);
    assertThat(nearest.get(1).picture()).isEqualTo(training.get(4));
    List<Figure> figures = Neighbours.figures(nearest);
    assertThat(figures.get(0).estimate().value()).isEqualTo(1.5);
    assertThat(figures.get(1).estimate().value()).isEqualTo(50); // per cent
  }

  @Test
  void picturesThatWereNotLearnedFromAreNoCopies() {
    List<byte[]> unseen =
        Captioned.pictures(
            Captioned.portraits(PortraitDesign.builtIn(), Use.TEST_PICTURES, 20, Caption.FULL));
    assertThat(new Neighbours(training).nearest(unseen))
        .allMatch(neighbour -> neighbour.distance() > 10);
  }
}
