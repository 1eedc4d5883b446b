package dev.weir.text.gguf;

import dev.weir.text.Checkpoint.SpecialTokens;
import dev.weir.text.Tokenizer;
import dev.weir.text.tokenizer.Vocabulary;
import dev.weir.text.tokenizer.VocabularyTokenizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The tokenizer of a GGUF: keys {@code tokenizer.ggml.*} (ggml, docs/gguf.md, "Tokenizer"). */
final class GgufVocabulary {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final int CONTROL = 3;

  /**
   * Control tokens that end an answer in the families' chat formats. Files name one end of sequence
   * at most, chat models have several; llama.cpp goes by these texts too.
   */
  private static final Set<String> ENDS =
      Set.of("<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<|endoftext|>", "<end_of_turn>");

  private final GgufMetadata metadata;
  private final List<String> tokens;
  private final GgufValue.@Nullable Numbers kinds;

  GgufVocabulary(GgufMetadata metadata) {
    this.metadata = metadata;
    tokens = metadata.texts(PREFIX + "tokens");
    kinds = perToken("token_type");
  }

  /** A number for each token; null where the file has none. */
  private GgufValue.@Nullable Numbers perToken(String key) {
    GgufValue.Numbers numbers = metadata.numbers(PREFIX + key);
    if (numbers != null && numbers.size() < tokens.size()) {
      throw metadata.bad(PREFIX + key, "a number for each of " + tokens.size() + " tokens");
    }
    return numbers;
  }

  /** Builds the tokenizer; null where the file has none. */
  @Nullable Tokenizer tokenizer() {
    String model = metadata.text(PREFIX + "model");
    if (tokens.isEmpty() || model == null) {
      return null;
    }
    String preTokenizer = metadata.text(PREFIX + "pre");
    GgufValue.Numbers types = kinds;
    IntFunction<Vocabulary.Kind> kind =
        id -> types == null ? Vocabulary.Kind.NORMAL : Vocabulary.Kind.of((int) types.at(id));
    GgufValue.Numbers numbers = perToken("scores");
    IntToDoubleFunction scores = numbers == null ? null : numbers::at;
    return VocabularyTokenizer.build(
        new Vocabulary(
            metadata.source(),
            model,
            preTokenizer == null ? "" : preTokenizer,
            tokens,
            kind,
            scores,
            metadata.texts(PREFIX + "merges"),
            bos(),
            eos(),
            id("unknown_token_id", model.equals("llama") ? 0 : -1),
            flag("add_bos_token"),
            flag("add_eos_token"),
            flag("add_space_prefix")));
  }

  /** SentencePiece's own ids hold where a llama vocabulary does not name them, as in llama.cpp. */
  private int bos() {
    return id("bos_token_id", isSentencePiece() ? 1 : -1);
  }

  private int eos() {
    return id("eos_token_id", isSentencePiece() ? 2 : -1);
  }

  private boolean isSentencePiece() {
    return "llama".equals(metadata.text(PREFIX + "model"));
  }

  private int id(String key, int fallback) {
    int id = metadata.has(PREFIX + key) ? metadata.tokenId(PREFIX + key, tokens.size()) : fallback;
    return id < tokens.size() ? id : -1;
  }

  private @Nullable Boolean flag(String key) {
    return metadata.has(PREFIX + key) ? metadata.flag(PREFIX + key, false) : null;
  }

  SpecialTokens specialTokens() {
    return new SpecialTokens(
        text(bos()),
        text(eos()),
        text(id("padding_token_id", -1)),
        text(id("unknown_token_id", -1)));
  }

  private @Nullable String text(int id) {
    return id < 0 ? null : tokens.get(id);
  }

  /** Ids that end an answer. */
  Set<Integer> endOfSequence() {
    Set<Integer> ends = new LinkedHashSet<>();
    for (int id : new int[] {eos(), id("eot_token_id", -1), id("eom_token_id", -1)}) {
      if (id >= 0) {
        ends.add(id);
      }
    }
    for (int id = 0; kinds != null && id < tokens.size(); id++) {
      if (kinds.at(id) == CONTROL && ENDS.contains(tokens.get(id))) {
        ends.add(id);
      }
    }
    return Set.copyOf(ends);
  }
}
