package dev.weir.text.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.CheckpointException;
import dev.weir.text.Golden;
import dev.weir.text.Tokenizer;
import dev.weir.text.tokenizer.TokenizerCases;
import dev.weir.text.weights.Mapping;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers built from vocabularies in GGUF, against transformers and SentencePiece. */
class GgufTokenizerTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-2",
        "smollm",
        "llama-bpe",
        "qwen2",
        "tekken",
        "spm",
        "spm-without-prefix-eos"
      })
  void textsHaveTheIdsOfTheReference(String name) {
    try (Tokenizer tokenizer = golden(name)) {
      TokenizerCases.assertMatches(tokenizer, name);
      assertThat(tokenizer.stripsLeadingSpace()).isEqualTo(name.equals("spm"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // llama.cpp's defaults where the file does not say: these two formats begin with the start
    "llama-bpe, 0, -1",
    "tekken, 0, -1",
    "gpt-2, -1, -1",
    "qwen2, -1, -1",
    "spm, 1, -1",
    "spm-without-prefix-eos, 1, 2"
  })
  void startAndEndAreAddedAsTheFileOrTheFormatSays(String name, int before, int after) {
    try (Tokenizer tokenizer = golden(name)) {
      int[] plain = tokenizer.encode("Hello", false);
      int[] framed = tokenizer.encode("Hello", true);
      int at = before < 0 ? 0 : 1;
      assertThat(framed).hasSize(plain.length + at + (after < 0 ? 0 : 1));
      assertThat(framed).containsSequence(plain);
      assertThat(framed[0]).isEqualTo(before < 0 ? plain[0] : before);
      assertThat(framed[framed.length - 1]).isEqualTo(after < 0 ? plain[plain.length - 1] : after);
    }
  }

  @Test
  void aControlTokenWrittenOutIsItsIdAndUserDefinedOnesKeepTheirText() {
    try (Tokenizer tokenizer = golden("qwen2")) {
      int[] ids = tokenizer.encode("<|start|><think>", false);
      assertThat(ids).containsExactly(1, 600);
      assertThat(tokenizer.decode(ids)).isEqualTo("<think>");
      assertThat(tokenizer.bytes(600)).asString().isEqualTo("<think>");
    }
  }

  @Test
  void sentencePieceControlTokensAreFoundInText() {
    try (Tokenizer tokenizer = golden("spm")) {
      int[] hello = tokenizer.encode("Hello", false);
      assertThat(tokenizer.encode("<s>Hello", false)).startsWith(1).endsWith(hello);
    }
  }

  @Test
  void textEndsAtTheNamedTokensAndAtKnownControlTokens() {
    GgufMetadata metadata =
        metadata(
            TestingGguf.header(0, 4)
                .pair("tokenizer.ggml.tokens", List.of("a", "<|eot_id|>", "<|im_end|>", "b"))
                .text("tokenizer.ggml.token_type")
                .u32(9)
                .u32(5)
                .u64(4)
                .u32(1)
                .u32(3)
                .u32(1) // written like one, but plain text
                .u32(1)
                .pair("tokenizer.ggml.eos_token_id", 3)
                .pair("tokenizer.ggml.eot_token_id", 77)); // beyond the vocabulary: ignored
    assertThat(new GgufVocabulary(metadata).endOfSequence()).isEqualTo(Set.of(1, 3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gpt2  | chameleon | pre-tokenizer chameleon | smollm
          gpt2  |           | that is missing         | qwen2
          bert  | smollm    | model bert              | gpt2, llama
          llama | default   | needs tokenizer.ggml.scores | tokenizer.ggml.merges
          """)
  void whatIsNotSupportedIsNamedWithWhatIs(
      String model, String preTokenizer, String message, String supported) {
    GgufMetadata metadata =
        metadata(
            TestingGguf.header(0, 3)
                .pair("tokenizer.ggml.model", model)
                .pair("tokenizer.ggml.pre", preTokenizer == null ? "" : preTokenizer)
                .pair("tokenizer.ggml.tokens", List.of("a", "b")));
    assertThatThrownBy(() -> new GgufVocabulary(metadata).tokenizer())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(supported);
  }

  @Test
  void aListThatIsTooShortForTheVocabularyIsRefused() {
    GgufMetadata metadata =
        metadata(
            TestingGguf.header(0, 2)
                .pair("tokenizer.ggml.tokens", List.of("a", "b"))
                .text("tokenizer.ggml.token_type")
                .u32(9)
                .u32(5)
                .u64(1)
                .u32(1));
    assertThatThrownBy(() -> new GgufVocabulary(metadata))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tokenizer.ggml.token_type must be a number for each of 2 tokens");
  }

  @Test
  void aVocabularyIsOptional() {
    assertThat(new GgufVocabulary(metadata(TestingGguf.header(0, 0))).tokenizer()).isNull();
  }

  private static GgufMetadata metadata(TestingGguf file) {
    return GgufFile.parse(file.segment(), "test").metadata();
  }

  private static Tokenizer golden(String name) {
    try (Mapping mapping = new Mapping()) {
      GgufFile file =
          GgufFile.parse(mapping.map(Golden.path("tokenizers/" + name + ".gguf")), name);
      return Objects.requireNonNull(new GgufVocabulary(file.metadata()).tokenizer());
    }
  }
}
