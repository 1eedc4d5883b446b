package dev.weir.text;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model as it lies on disk, opened: a GGUF file, or a folder with {@code config.json} and
 * safetensors.
 *
 * @param name what to call it: the file or folder name without ending
 * @param tokenizer absent (null) where the files have none (the checkpoints of tests)
 * @param chatTemplate Jinja source; null where the model has none
 * @param specialTokens texts that a chat template may name
 * @param endOfSequence ids that end an answer
 * @param digest SHA-256 of the weight files, hex; computed on the first call
 */
public record Checkpoint(
    String name,
    ModelConfig config,
    TensorSource tensors,
    @Nullable Tokenizer tokenizer,
    @Nullable String chatTemplate,
    SpecialTokens specialTokens,
    Set<Integer> endOfSequence,
    java.util.function.Supplier<String> digest)
    implements AutoCloseable {

  /** Texts of the special tokens; null where the model has none. */
  public record SpecialTokens(
      @Nullable String bos, @Nullable String eos, @Nullable String pad, @Nullable String unk) {}

  @Override
  public void close() {
    tensors.close();
    if (tokenizer != null) {
      tokenizer.close();
    }
  }
}
