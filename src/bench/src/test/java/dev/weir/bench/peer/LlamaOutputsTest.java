package dev.weir.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.peer.LlamaOutputs.BatchRow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What llama.cpp (build 0c1e570) printed on a busy machine. */
final class LlamaOutputsTest {

  private static List<String> captured(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(LlamaOutputsTest.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void aRowOfBatchedBenchTellsDecodeApartFromTheWhole() throws IOException {
    List<BatchRow> rows = LlamaOutputs.batched(captured("llama-batched-bench.jsonl"));

    assertThat(rows).extracting(BatchRow::batch).containsExactly(1, 16);
    BatchRow sixteen = rows.get(1);
    assertThat(sixteen.decodeSpeed()).isCloseTo(233.05, within(0.01));
    assertThat(sixteen.decodeSpeed()).isCloseTo(16 * 64 / sixteen.decodeSeconds(), within(0.01));
    assertThat(sixteen.throughput()).isCloseTo(16 * 64 / 7.270228, within(0.01));
  }

  @Test
  void benchHasASampleForEachRepetition() throws IOException {
    assertThat(LlamaOutputs.bench(captured("llama-bench.jsonl"))).containsExactly(301.122, 297.271);
  }

  @Test
  void whatPrintsNoFiguresIsShownWhole() {
    assertThatThrownBy(() -> LlamaOutputs.batched(List.of("error: unknown argument: -x")))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("unknown argument");
  }
}
