package dev.weir.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class LoadTest {
  @Test
  void requestsOfAnOpenLoopComeAsAPoissonProcess() {
    int n = 20_000;
    double rate = 4;
    long[] due = new Load.Open(rate).arrivals(n);

    double sum = 0;
    double squares = 0;
    long before = 0;
    for (long at : due) {
      assertThat(at).isGreaterThanOrEqualTo(before);
      double gap = (at - before) * 1e-9;
      sum += gap;
      squares += gap * gap;
      before = at;
    }
    double mean = sum / n;
    double deviation = Math.sqrt(squares / n - mean * mean);
    // Mean and deviation of exponential gaps are both 1 / rate; five standard errors.
    assertThat(mean).isCloseTo(1 / rate, within(5 / rate / Math.sqrt(n)));
    assertThat(deviation).isCloseTo(1 / rate, within(10 / rate / Math.sqrt(n)));
  }

  @Test
  void everyServerGetsTheSameArrivals() {
    assertThat(new Load.Open(2).arrivals(50)).isEqualTo(new Load.Open(2).arrivals(50));
  }

  @Test
  void loadsAreNamedByWhatTheyAre() {
    assertThat(new Load.Closed(16).name()).isEqualTo("c16");
    assertThat(new Load.Open(4).name()).isEqualTo("r4");
    assertThat(new Load.Open(2.5).name()).isEqualTo("r2.5");
  }

  @Test
  void aLoadOfNothingIsRefused() {
    assertThatThrownBy(() -> new Load.Closed(0)).hasMessageContaining("0 clients");
    assertThatThrownBy(() -> new Load.Open(Double.NaN)).hasMessageContaining("NaN");
  }
}
