package dev.weir.bench.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class StreamTallyTest {
  private final Delays delays = new Delays();
  private final StreamTally tally = new StreamTally(delays);

  private void tokens(int firstIndex, String text) {
    byte[] json =
        ("{"
                + (firstIndex == 0 ? "" : "\"first_index\":" + firstIndex + ",")
                + "\"text\":\""
                + text
                + "\"}")
            .getBytes(StandardCharsets.US_ASCII);
    tally.tokens(json, json.length, true, 0);
  }

  @Test
  void tokensInOrderAreNeitherLostNorDoubled() {
    tokens(0, "AAAA");
    tokens(1, "AAAAAAAA");
    tokens(3, "AAAA");

    assertThat(tally.seen()).isEqualTo(4);
    assertThat(tally.lost()).isZero();
    assertThat(tally.doubled()).isZero();
  }

  @Test
  void aGapIsLostTokens() {
    tokens(0, "AAAA");
    tokens(3, "AAAA");

    assertThat(tally.lost()).isEqualTo(2);
    assertThat(tally.doubled()).isZero();
  }

  @Test
  void whatComesAgainIsDoubledAndNoMoreThanThat() {
    tokens(0, "AAAAAAAA");
    tokens(1, "AAAAAAAA");

    assertThat(tally.doubled()).isEqualTo(1);
    assertThat(tally.seen()).isEqualTo(3);
    assertThat(tally.lost()).isZero();
  }

  @Test
  void tokensMissingBeforeTheEndAreLost() {
    tokens(0, "AAAA");
    byte[] end = "{\"type\":\"finished\",\"total\":5}".getBytes(StandardCharsets.US_ASCII);
    tally.finished(end, end.length);

    assertThat(tally.lost()).isEqualTo(4);
  }

  @Test
  void agesCountOnlyInTheWindow() {
    tokens(0, "AAAA");
    delays.begin();
    tokens(1, "AAAAAAAA");
    delays.end();
    tokens(3, "AAAA");

    assertThat(delays.tokens()).isEqualTo(2);
    assertThat(delays.tokensPerRecord()).isEqualTo(2);
  }
}
