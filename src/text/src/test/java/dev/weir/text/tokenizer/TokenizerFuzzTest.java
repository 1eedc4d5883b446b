package dev.weir.text.tokenizer;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.text.CheckpointException;
import dev.weir.text.FuzzChecks;
import dev.weir.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Any bytes as {@code tokenizer.json}, and any vocabulary. {@code mvn verify} runs the committed
 * inputs; {@code .ci/fuzz} searches for new ones.
 */
final class TokenizerFuzzTest {
  private static final List<String> MODELS = List.of("gpt2", "llama", "t5");
  private static final List<String> PRE_TOKENIZERS =
      List.of("gpt-2", "smollm", "llama-bpe", "qwen2", "tekken", "");

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreRefusedOrAreATokenizerThatWorks(byte[] bytes) {
    try (Tokenizer tokenizer = TokenizerJson.open(bytes, "fuzz")) {
      works(tokenizer);
    } catch (CheckpointException e) {
      FuzzChecks.refusal(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void anyVocabularyIsRefusedOrIsATokenizerThatWorks(FuzzedDataProvider data) {
    String model = data.pickValue(MODELS);
    String preTokenizer = data.pickValue(PRE_TOKENIZERS);
    int bos = data.consumeInt(-1, 3);
    int eos = data.consumeInt(-1, 3);
    boolean scored = data.consumeBoolean();
    Boolean prefix = data.pickValue(new Boolean[] {true, false});
    List<String> merges = new ArrayList<>();
    for (int i = data.consumeInt(0, 8); i > 0; i--) {
      merges.add(data.consumeString(12));
    }
    List<String> tokens = new ArrayList<>();
    while (data.remainingBytes() > 0 && tokens.size() < 300) {
      tokens.add(data.consumeString(12));
    }
    int first = tokens.isEmpty() ? 0 : tokens.getFirst().length();
    Vocabulary vocabulary =
        new Vocabulary(
            "fuzz",
            model,
            preTokenizer,
            tokens,
            id -> Vocabulary.Kind.of((id * 7 + first) % 8),
            scored ? id -> -id : null,
            merges,
            Math.min(bos, tokens.size() - 1),
            Math.min(eos, tokens.size() - 1),
            tokens.isEmpty() ? -1 : 0,
            true,
            true,
            prefix);
    try (Tokenizer tokenizer = VocabularyTokenizer.build(vocabulary)) {
      works(tokenizer);
    } catch (CheckpointException e) {
      FuzzChecks.refusal(e);
    }
  }

  private static void works(Tokenizer tokenizer) {
    int[] ids = tokenizer.encode(" a b<s>\n1é", true);
    tokenizer.decode(ids);
    tokenizer.decode(new int[] {-1, 0, 1, 2, tokenizer.vocabulary()}, true);
    for (int id = -1; id <= Math.min(tokenizer.vocabulary(), 1000); id++) {
      FuzzChecks.check(tokenizer.bytes(id).length < 1 << 20, "a token of a megabyte");
    }
  }
}
