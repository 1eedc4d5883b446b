package dev.weir.text.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.text.Golden;
import dev.weir.text.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Bytes of tokens, joined, are the text that the library decodes. */
class TokenBytesPropertyTest {
  private static final List<String> NAMES = List.of("gpt-2", "llama-bpe", "qwen2");
  private static Map<String, Tokenizer> tokenizers = Map.of();

  @BeforeContainer
  static void open() {
    tokenizers =
        NAMES.stream()
            .collect(
                Collectors.toMap(
                    name -> name,
                    name ->
                        TokenizerJson.read(Golden.path("tokenizers/" + name + ".tokenizer.json"))));
  }

  @AfterContainer
  static void close() {
    tokenizers.values().forEach(Tokenizer::close);
  }

  @Provide
  Arbitrary<int[]> ids() {
    return Arbitraries.integers().between(-1, 610).array(int[].class).ofMaxSize(60);
  }

  @Property(tries = 300)
  void anyTokensJoinToTheirText(@ForAll("ids") int[] ids) {
    for (Tokenizer tokenizer : tokenizers.values()) {
      assertThat(onceEach(TokenizerCases.joined(tokenizer, ids)))
          .isEqualTo(onceEach(tokenizer.decode(ids)));
    }
  }

  @Property(tries = 300)
  void anyTextComesBackFromItsTokens(@ForAll String text) {
    String valid = valid(text);
    // qwen2 normalises text, so it need not come back
    for (Tokenizer tokenizer : Stream.of("gpt-2", "llama-bpe").map(tokenizers::get).toList()) {
      int[] ids = tokenizer.encode(valid, false);
      assertThat(tokenizer.decode(ids)).isEqualTo(valid);
      assertThat(TokenizerCases.joined(tokenizer, ids)).isEqualTo(valid);
    }
  }

  /**
   * How many replacement characters stand for bytes that are no UTF-8 is left to each decoder
   * (Unicode, section 3.9): Java and Rust differ on surrogates.
   */
  private static String onceEach(String text) {
    return text.replaceAll("\uFFFD+", "\uFFFD");
  }

  /** Half surrogates are no text. */
  private static String valid(String text) {
    return new String(text.getBytes(UTF_8), UTF_8);
  }
}
