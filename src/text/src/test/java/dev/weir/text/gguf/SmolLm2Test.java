package dev.weir.text.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.Requirement;
import dev.weir.text.TensorType;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SmolLm2Test {

  @Test
  void theConfigIsThatOfThePublishedModel() {
    try (Checkpoint checkpoint = Checkpoints.open(Requirement.smolLm2())) {
      ModelConfig config = checkpoint.config();
      // HuggingFaceTB/SmolLM2-135M-Instruct, config.json
      assertThat(config.family()).isEqualTo(Family.LLAMA);
      assertThat(config.vocabulary()).isEqualTo(49152);
      assertThat(config.hidden()).isEqualTo(576);
      assertThat(config.intermediate()).isEqualTo(1536);
      assertThat(config.layers()).isEqualTo(30);
      assertThat(config.heads()).isEqualTo(9);
      assertThat(config.kvHeads()).isEqualTo(3);
      assertThat(config.contextLength()).isEqualTo(8192);
      assertThat((float) config.normEpsilon()).isEqualTo(1e-5f);
      assertThat(config.tiedEmbeddings()).isTrue();
      assertThat(config.rotaryInterleaved()).isTrue();
      double lowest = Objects.requireNonNull(config.rope()).inverseFrequencies().getLast();
      assertThat(lowest).isEqualTo(Math.pow(100_000, -62 / 64.0));
      assertThat(checkpoint.tensors().describe("model.embed_tokens.weight").type())
          .isEqualTo(TensorType.Q8_0);
      assertThat(checkpoint.chatTemplate()).startsWith("{% for message in messages %}");
    }
  }

  @Test
  void theWholeModelIsReadRowByRow() {
    try (Checkpoint checkpoint = Checkpoints.open(Requirement.smolLm2())) {
      long elements = 0;
      for (String name : checkpoint.tensors().names()) {
        var shape = checkpoint.tensors().describe(name).shape();
        float[] row = new float[shape.getLast().intValue()];
        long rows = shape.size() == 1 ? 1 : shape.getFirst();
        for (long i = 0; i < rows; i++) {
          checkpoint.tensors().read(name, i * row.length, row);
          assertThat(Float.isFinite(row[0]) && Math.abs(row[0]) < 100).as(name).isTrue();
        }
        elements += rows * row.length;
      }
      assertThat(elements).isEqualTo(134_515_008); // parameters of the published model
    }
  }
}
