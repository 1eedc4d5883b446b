package dev.weir.bench.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class BirthMarkTest {
  private static final int TICKS = 1 << 24;

  @Property
  void theAgeIsReadWhateverTheTimeAlsoWhereTheCountBeginsAnew(
      @ForAll @IntRange(max = TICKS - 1) int born, @ForAll @IntRange(max = TICKS / 2 - 1) int age) {
    StringBuilder text = new StringBuilder("x");
    BirthMark.write(born, text);

    byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
    assertThat(bytes).hasSize(1 + BirthMark.LENGTH);
    assertThat(BirthMark.age(bytes, 1, (born + age) % TICKS)).isEqualTo(age);
  }

  @Test
  void aTokenFromTheFutureHasNoAge() {
    StringBuilder text = new StringBuilder();
    BirthMark.write(1000, text);

    byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
    assertThat(BirthMark.age(bytes, 0, 990)).isZero();
  }

  @Test
  void whatIsNoMarkIsRefused() {
    assertThatThrownBy(() -> BirthMark.age("a b!".getBytes(StandardCharsets.US_ASCII), 0, 0))
        .hasMessageContaining("no birth mark");
  }
}
