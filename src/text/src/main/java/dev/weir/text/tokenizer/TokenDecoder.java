package dev.weir.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the text of one token becomes bytes: what a tokenizer.json's {@code decoder} does, token by
 * token.
 *
 * @param stripsLeadingSpace the first space of the whole text is dropped
 */
record TokenDecoder(Kind kind, boolean stripsLeadingSpace) {
  private static final String SUPPORTED =
      "ByteLevel, Metaspace, and a Sequence of Replace ▁, ByteFallback, Fuse and Strip";

  enum Kind {
    /** GPT-2's alphabet of bytes. */
    BYTE_LEVEL,
    /** SentencePiece: ▁ is a space, {@code <0xNN>} a byte. */
    SENTENCE_PIECE
  }

  /**
   * Reads a decoder.
   *
   * @throws CheckpointException if it is not supported
   */
  static TokenDecoder of(JsonNode decoder, String source) {
    return switch (decoder.path("type").asText()) {
      case "ByteLevel" -> new TokenDecoder(Kind.BYTE_LEVEL, false);
      case "Metaspace" -> {
        boolean prefix = decoder.path("add_prefix_space").asBoolean(true);
        boolean never = decoder.path("prepend_scheme").asText().equals("never");
        yield new TokenDecoder(Kind.SENTENCE_PIECE, prefix && !never);
      }
      case "Sequence" -> {
        JsonNode decoders = decoder.path("decoders");
        if (!decoders.isArray() || decoders.isEmpty()) {
          throw unsupported(decoder, source);
        }
        yield decoders.size() == 1 ? of(decoders.get(0), source) : sequence(decoders, source);
      }
      default -> throw unsupported(decoder, source);
    };
  }

  private static TokenDecoder sequence(JsonNode decoders, String source) {
    boolean strips = false;
    for (JsonNode decoder : decoders) {
      switch (decoder.path("type").asText()) {
        case "ByteFallback", "Fuse" -> {}
        case "Replace" -> {
          if (!decoder.path("pattern").path("String").asText().equals("▁")
              || !decoder.path("content").asText().equals(" ")) {
            throw unsupported(decoder, source);
          }
        }
        case "Strip" -> {
          if (!decoder.path("content").asText().equals(" ")
              || decoder.path("start").asInt() != 1
              || decoder.path("stop").asInt() != 0) {
            throw unsupported(decoder, source);
          }
          strips = true;
        }
        default -> throw unsupported(decoder, source);
      }
    }
    return new TokenDecoder(Kind.SENTENCE_PIECE, strips);
  }

  private static CheckpointException unsupported(JsonNode decoder, String source) {
    String found = decoder.toString();
    return new CheckpointException(
        "%s: the decoder %s is not supported; supported are %s"
            .formatted(
                source, found.length() > 200 ? found.substring(0, 200) + "…" : found, SUPPORTED));
  }

  /** The bytes of each token; null where there is no token or it is special. */
  byte[][] bytes(List<@Nullable String> tokens) {
    byte[][] bytes = new byte[tokens.size()][];
    for (int id = 0; id < bytes.length; id++) {
      String token = tokens.get(id);
      bytes[id] = token == null ? new byte[0] : bytes(token);
    }
    return bytes;
  }

  private byte[] bytes(String token) {
    return switch (kind) {
      case BYTE_LEVEL -> {
        byte[] bytes = ByteAlphabet.bytes(token);
        // Added tokens may be written plainly; the library then takes the text as it is.
        yield bytes == null ? token.getBytes(StandardCharsets.UTF_8) : bytes;
      }
      case SENTENCE_PIECE -> {
        int fallback = fallbackByte(token);
        yield fallback >= 0
            ? new byte[] {(byte) fallback}
            : token.replace('▁', ' ').getBytes(StandardCharsets.UTF_8);
      }
    };
  }

  /** The byte that {@code <0xNN>} names; -1 for any other token. */
  private static int fallbackByte(String token) {
    if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
      return -1;
    }
    int high = Character.digit(token.charAt(3), 16);
    int low = Character.digit(token.charAt(4), 16);
    return high < 0 || low < 0 || token.charAt(3) > 'f' || token.charAt(4) > 'f'
        ? -1
        : high * 16 + low;
  }
}
