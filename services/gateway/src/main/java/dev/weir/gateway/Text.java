package dev.weir.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How bytes of tokens and words of callers are shown. */
final class Text {
  private static final int SHOWN = 100;

  /** Control characters (those beyond ASCII too), line ends, halves of characters. */
  private static final Pattern NOT_OF_A_LINE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}]");

  private static final float LEAST_LOGPROB = -9999;

  private Text() {}

  /** A caller's word as an error message may repeat it: not long, and one line of text. */
  static String shortened(String word) {
    String cut = word.length() > SHOWN ? word.substring(0, SHOWN) + "…" : word;
    return NOT_OF_A_LINE.matcher(cut).replaceAll("�");
  }

  /**
   * A token's own text. A token that is a part of a character is shown by its bytes, as the OpenAI
   * API does: {@code \xf0\x9f}.
   *
   * @param prefix before such bytes; {@code bytes:} in the completions API
   */
  static String ofToken(byte[] bytes, String prefix) {
    String text = decoded(bytes);
    if (text != null) {
      return text;
    }
    StringBuilder shown = new StringBuilder(prefix);
    for (byte b : bytes) {
      shown.append(String.format("\\x%02x", b & 0xff));
    }
    return shown.toString();
  }

  /** What OpenAI and vLLM write for a token that cannot come: JSON has no infinity. */
  static void writeLogprob(JsonGenerator json, float logprob) throws IOException {
    json.writeNumber(Float.isFinite(logprob) ? logprob : LEAST_LOGPROB);
  }

  /** Null if it is no UTF-8. */
  static @Nullable String decoded(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
