package dev.weir.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.Golden;
import dev.weir.text.Tokenizer;
import dev.weir.text.json.JsonLimits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.StreamSupport;

/** Holds tokenizers against {@code golden/tokenizers/NAME.json}. */
public final class TokenizerCases {
  private TokenizerCases() {}

  public static void assertMatches(Tokenizer tokenizer, String name) {
    JsonNode cases =
        JsonLimits.read(Golden.path("tokenizers/" + name + ".json"), 1 << 20).path("cases");
    assertThat(cases).hasSizeGreaterThan(20);
    for (JsonNode golden : cases) {
      String text = golden.path("text").textValue();
      int[] ids =
          StreamSupport.stream(golden.path("ids").spliterator(), false)
              .mapToInt(JsonNode::intValue)
              .toArray();
      assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(ids);
      assertThat(tokenizer.decode(ids, true)).isEqualTo(golden.path("decoded").textValue());
      assertThat(joined(tokenizer, ids)).isEqualTo(tokenizer.decode(ids));
    }
  }

  /** Text of the tokens' bytes. */
  public static String joined(Tokenizer tokenizer, int... ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(tokenizer.bytes(id));
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    return tokenizer.stripsLeadingSpace() && text.startsWith(" ") ? text.substring(1) : text;
  }
}
