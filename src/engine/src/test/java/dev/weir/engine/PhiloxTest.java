package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PhiloxTest {
  /** The known answers that Random123 publishes for philox4x32 with 10 rounds (kat_vectors). */
  @Test
  void givesThePublishedKnownAnswers() {
    assertThat(Philox.block(0, 0, 0, 0, 0, 0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(Philox.block(-1, -1, -1, -1, -1, -1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(Philox.block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void aUniformNumberIsMadeOfTheFirstFiftyThreeBits() {
    long bits = 0x6627e8d5e169c58dL >>> 11;
    assertThat(Philox.uniform(0, 0)).isEqualTo(bits / 0x1.0p53);
  }

  @Test
  void bothHalvesOfSeedAndPositionMatter() {
    double reference = Philox.uniform(1, 1);
    assertThat(Philox.uniform(1L << 32 | 1, 1)).isNotEqualTo(reference);
    assertThat(Philox.uniform(1, 1L << 32 | 1)).isNotEqualTo(reference);
    assertThat(Philox.uniform(1, 1)).isEqualTo(reference);
  }
}
