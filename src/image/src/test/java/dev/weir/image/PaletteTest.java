package dev.weir.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PaletteTest {
  private static final int RED = 0x640000;
  private static final int BLUE = 0x000064;

  @Test
  void ofTwoColoursThatAreEquallyNearTheFirstIsTaken() {
    assertThat(new Palette(0xffffff, RED, BLUE).nearest(0)).isEqualTo(1);
    assertThat(new Palette(0xffffff, BLUE, RED).nearest(0)).isEqualTo(1);
    assertThat(new Palette(BLUE, RED, BLUE).nearest(BLUE)).isZero();
  }

  @Test
  void aNearerColourIsTakenWhereverItIs() {
    assertThat(new Palette(RED, BLUE, 0x010000).nearest(0)).isEqualTo(2);
    assertThat(new Palette(0x010000, BLUE, RED).nearest(0)).isZero();
    // 9 * 9 + 9 * 9 is less than 13 * 13.
    assertThat(new Palette(0x0d0000, 0x000909).nearest(0)).isEqualTo(1);
  }

  @Test
  void aPaletteHasOneTo256Colours() {
    assertThatThrownBy(Palette::new).hasMessageContaining("1 to 256 colours, not 0");
    assertThatThrownBy(() -> new Palette(new int[257])).hasMessageContaining("not 257");
    assertThat(new Palette(new int[256]).size()).isEqualTo(256);
  }
}
