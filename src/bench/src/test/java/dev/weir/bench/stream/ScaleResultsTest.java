package dev.weir.bench.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.BenchmarkResult;
import dev.weir.bench.Samples;
import dev.weir.bench.stream.StreamLoad.Window;
import org.junit.jupiter.api.Test;

final class ScaleResultsTest {
  private final ScaleResults results = new ScaleResults(ScaleOptions.DEFAULT);

  private static Window oneTokenARecord() {
    return new Window(Samples.of(), 100, 100, 1, 1, 0, 0, new BrokerCounters(100, 0, 0), 7000);
  }

  private BenchmarkResult result(String name) {
    return results.named().stream()
        .filter(result -> result.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void tokensThatAreToShareARecordAreHeldAgainstTheLowerBarEvenWhereTheyDidNot() {
    results.bytes("b1", true, oneTokenARecord());
    results.bytes("fast", false, oneTokenARecord());

    assertThat(result("stream.log.bytes-per-token.b1").value()).isEqualTo(70);
    assertThat(result("stream.log.bytes-per-token.b1").peerValue()).isEqualTo(80);
    assertThat(result("stream.log.bytes-per-token.fast").peerValue()).isEqualTo(40);
  }
}
