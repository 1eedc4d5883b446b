package dev.weir.textworker;

import dev.weir.engine.TestingLanguageModel;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoint.SpecialTokens;
import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorSource;
import dev.weir.text.Tokenizer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What goes with a {@link TestingLanguageModel}: letters, and no weights. */
final class TestingCheckpoint {
  private TestingCheckpoint() {}

  static Checkpoint with(@Nullable Tokenizer tokenizer, @Nullable String chatTemplate) {
    return new Checkpoint(
        "letters",
        new ModelConfig(
            ModelConfig.Family.LLAMA,
            32,
            8,
            8,
            1,
            1,
            1,
            8,
            64,
            1e-5,
            null,
            List.of(0),
            ModelConfig.Activation.SILU,
            true,
            false,
            false,
            false,
            false,
            false,
            null),
        new NoTensors(),
        tokenizer,
        chatTemplate,
        new SpecialTokens(null, null, null, null),
        Set.of(TestingLanguageModel.END, 999),
        () -> "digest");
  }

  private static final class NoTensors implements TensorSource {
    @Override
    public Set<String> names() {
      return Set.of();
    }

    @Override
    public TensorDescription describe(String name) {
      throw new CheckpointException("no tensor " + name);
    }

    @Override
    public void read(String name, long offset, float[] into) {
      throw new CheckpointException("no tensor " + name);
    }

    @Override
    public void close() {}
  }
}
