package dev.weir.text.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.CheckpointException;
import dev.weir.text.FuzzChecks;
import dev.weir.text.json.Fields;
import dev.weir.text.json.JsonLimits;

/**
 * Any bytes as the small JSON files beside a tokenizer. {@code mvn verify} runs the committed
 * inputs; {@code .ci/fuzz} searches for new ones.
 */
final class TokenizerConfigFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreRefusedOrAreAConfigOfATokenizer(byte[] bytes) {
    try {
      JsonNode json = JsonLimits.parse(bytes, "fuzz");
      TokenizerConfig config = TokenizerConfig.of(json, json, null);
      FuzzChecks.check(
          config.equals(TokenizerConfig.of(json, json, config.chatTemplate())),
          "a template of its own file is another one");
      new Fields(json, "fuzz")
          .ids("eos_token_id")
          .forEach(id -> FuzzChecks.check(id >= 0, "a negative id"));
    } catch (CheckpointException e) {
      FuzzChecks.refusal(e);
    }
  }
}
