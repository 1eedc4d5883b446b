package dev.weir.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.CheckpointException;
import dev.weir.text.Golden;
import dev.weir.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerJsonTest {
  private static final String BYTE_LEVEL =
      """
      {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}
      """;

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "qwen2", "tekken"})
  void textsHaveTheIdsOfTheLibraryInPython(String name) {
    try (Tokenizer tokenizer =
        TokenizerJson.read(Golden.path("tokenizers/" + name + ".tokenizer.json"))) {
      TokenizerCases.assertMatches(tokenizer, name);
      assertThat(tokenizer.vocabulary()).isEqualTo(602);
    }
  }

  @Test
  void truncationAndPaddingWrittenInTheFileAreNotDone() {
    String json =
        tokenizer("{\"a\":0,\"b\":1}", BYTE_LEVEL)
            .replaceFirst(
                "\\{",
                """
                {"truncation":{"direction":"Right","max_length":2,"strategy":"LongestFirst","stride":0},
                 "padding":{"strategy":{"Fixed":9},"direction":"Right","pad_to_multiple_of":null,
                            "pad_id":0,"pad_type_id":0,"pad_token":"a"},
                """);
    try (Tokenizer tokenizer = open(json)) {
      assertThat(tokenizer.encode("ababa", true)).containsExactly(0, 1, 0, 1, 0);
      assertThat(tokenizer.encode("a", true)).containsExactly(0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'\"\\uD800\"', half a surrogate pair",
    "'{\"\\uDC00\":1}', half a surrogate pair",
    "1e400, a number beyond the largest double",
    "NaN, a number beyond the largest double"
  })
  void whatWouldEndTheProcessInTheLibraryIsRefusedBefore(String value, String problem) {
    String json = tokenizer("{\"a\":0}", "{\"type\":\"ByteLevel\",\"x\":" + value + "}");
    assertThatThrownBy(() -> open(json))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void sparseIdsAreTokensWithoutBytes() {
    try (Tokenizer tokenizer = open(tokenizer("{\"a\":0,\"Ġb\":7}", BYTE_LEVEL))) {
      assertThat(tokenizer.vocabulary()).isEqualTo(8);
      assertThat(tokenizer.bytes(3)).isEmpty();
      assertThat(tokenizer.bytes(7)).containsExactly(' ', 'b');
    }
  }

  @Test
  void halfASurrogatePairIsNoTextAndBecomesTheReplacementCharacter() {
    try (Tokenizer tokenizer = TokenizerJson.read(Golden.path("tokenizers/gpt-2.tokenizer.json"))) {
      for (String broken : List.of("a\uD83Db", "\uDE00", "\uDE00\uD83D", "\uD83D\uDE00\uD83D")) {
        String text = tokenizer.decode(tokenizer.encode(broken, false));
        assertThat(text).isEqualTo(broken.replaceAll("\\p{Cs}", "\uFFFD"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          WordPiece          | {"model":{"type":"WordPiece","vocab":{}}}
          an id from 0       | {"model":{"vocab":{"a":4000000000}}}
          an id from 0       | {"model":{"vocab":{"a":-1}}}
          an id from 0       | {"model":{"vocab":{"a":"b"}}}
          must be an object  | {"model":{"vocab":[]}}
          must be an object  | {}
          model.unk_token    | {"model":{"vocab":{"a":0},"unk_token":"u"}}
          must be a list     | {"model":{"type":"Unigram","vocab":{}}}
          not a string       | {"model":{"type":"Unigram","vocab":[[1,2]]}}
          decoder            | {"model":{"vocab":{"a":0}},"decoder":{"type":"CTC"}}
          decoder            | {"model":{"vocab":{"a":0}}}
          decoder            | {"model":{"vocab":{"a":0}},"decoder":{"type":"Sequence","decoders":{"a":1}}}
          decoder            | {"model":{"vocab":{"a":0}},"decoder":{"type":"Sequence","decoders":[]}}
          library refuses it | {"model":{"vocab":{"a":0}},"decoder":{"type":"ByteLevel"}}
          not valid JSON     | {"model":
          """)
  void whatIsNotSupportedIsNamed(String message, String json) {
    assertThatThrownBy(() -> open(json))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("test")
        .hasMessageContaining(message);
  }

  static Tokenizer open(String json) {
    return TokenizerJson.open(json.getBytes(StandardCharsets.UTF_8), "test");
  }

  private static String tokenizer(String vocabulary, String decoder) {
    return """
    {"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":null,
     "post_processor":null,"decoder":%s,
     "model":{"type":"BPE","vocab":%s,"merges":[]}}
    """
        .formatted(decoder, vocabulary);
  }
}
