package dev.weir.standalone.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.JsonCodec;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.DeadLetter;
import dev.weir.stream.DeadRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows dead requests: strangers wrote them, and a terminal obeys control characters. */
final class DeadPrinter {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final int SHOWN_BYTES = 256;

  private DeadPrinter() {}

  static String time(long timeMs) {
    return Instant.ofEpochMilli(timeMs).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** A text as one line of limited length; {@code -} if it is empty. */
  static String line(String text, int longest) {
    String cut = text.length() > longest ? text.substring(0, longest - 1) + "…" : text;
    return cut.isEmpty() ? "-" : cut.replaceAll("[\\p{Cc}\\u2028\\u2029]", "\uFFFD");
  }

  static String reason(DeadRequest dead, int longest) {
    String reason = dead.failure().getCode() + ": " + dead.failure().getMessage();
    String retried = dead.retriedAs();
    return (retried == null ? "" : "[retried as " + line(retried, 128) + "] ")
        + line(reason, longest);
  }

  static void print(DeadLetter letter, PrintWriter out) {
    DeadRequest dead = letter.about();
    field(out, "request", dead.id());
    field(out, "given up", time(dead.timeMs()));
    field(out, "model", dead.model());
    field(out, "tenant", dead.tenant());
    field(out, "attempts", dead.attempts() == 0 ? "" : Integer.toString(dead.attempts()));
    field(out, "error", dead.failure().getKind() + ", " + dead.failure().getCode());
    if (!dead.failure().getField().isEmpty()) {
      field(out, "field", dead.failure().getField());
    }
    field(out, "message", dead.failure().getMessage());
    if (dead.requestOffset() >= 0) {
      field(out, "lay at", dead.requestTopic() + "@" + dead.requestOffset());
    }
    if (dead.retryOf() != null) {
      field(out, "retry of", dead.retryOf());
    }
    if (dead.retriedAs() != null) {
      field(out, "retried as", dead.retriedAs());
    }
    out.println("headers:");
    for (DeadLetter.HeaderValue header : letter.headers()) {
      out.printf("  %s: %s%n", line(header.name(), 200), header(header.value()));
    }
    out.println(body(letter));
  }

  private static void field(PrintWriter out, String name, String value) {
    out.printf("%-11s %s%n", name + ":", line(value, 2_100));
  }

  private static String header(byte @Nullable [] value) {
    if (value == null) {
      return "(none)";
    }
    String text = text(value);
    return text == null ? bytes(value) : line(text, 500);
  }

  private static String body(DeadLetter letter) {
    byte[] value = letter.value();
    GenerationRequest request = letter.request();
    if (letter.isTooLarge()) {
      return "request: %d bytes, too many to be kept".formatted(letter.valueBytes());
    }
    if (value == null || value.length == 0) {
      return "request: empty";
    }
    if (request != null) {
      return "request:\n" + pretty(request);
    }
    String text = text(value);
    return text == null
        ? "request: " + bytes(value)
        : "request, which cannot be read:\n" + printable(text);
  }

  private static String pretty(GenerationRequest request) {
    try {
      return printable(MAPPER.writeValueAsString(MAPPER.readTree(new JsonCodec().encode(request))));
    } catch (IOException | IllegalArgumentException e) { // a number that JSON does not have
      return printable(request.toString());
    }
  }

  /** Lines and tabs stay. */
  private static String printable(String text) {
    return text.replaceAll("[\\p{Cc}&&[^\n\t]]", "\uFFFD");
  }

  private static String bytes(byte[] value) {
    byte[] shown = Arrays.copyOf(value, Math.min(value.length, SHOWN_BYTES));
    return "%d bytes that are no text: %s%s"
        .formatted(
            value.length, HexFormat.of().formatHex(shown), shown.length < value.length ? "…" : "");
  }

  /** Null if these bytes are no UTF-8. */
  private static @Nullable String text(byte[] value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException _) {
      return null;
    }
  }

  static String json(List<DeadRequest> requests) throws JsonProcessingException {
    ArrayNode all = MAPPER.createArrayNode();
    requests.forEach(dead -> all.add(object(dead)));
    return MAPPER.writeValueAsString(all);
  }

  static String json(DeadLetter letter) throws IOException {
    ObjectNode object = object(letter.about());
    ObjectNode headers = object.putObject("headers");
    for (DeadLetter.HeaderValue header : letter.headers()) {
      byte[] value = header.value();
      String text = value == null ? null : text(value);
      headers.put(header.name(), value == null || text != null ? text : base64(value));
    }
    object.put("bytes", letter.valueBytes());
    byte[] value = letter.value();
    GenerationRequest request = letter.request();
    if (request != null) {
      try {
        object.set("request", MAPPER.readTree(new JsonCodec().encode(request)));
        return MAPPER.writeValueAsString(object);
      } catch (IllegalArgumentException _) {
        object.remove("request"); // JSON has no NaN: as bytes, then
      }
    }
    if (value != null) {
      object.put("value_base64", base64(value));
    }
    return MAPPER.writeValueAsString(object);
  }

  private static String base64(byte[] value) {
    return Base64.getEncoder().encodeToString(value);
  }

  private static ObjectNode object(DeadRequest dead) {
    ObjectNode object = MAPPER.createObjectNode();
    object.put("id", dead.id());
    object.put("time", Instant.ofEpochMilli(dead.timeMs()).toString());
    object.put("model", dead.model());
    object.put("tenant", dead.tenant());
    object.put("attempts", dead.attempts());
    object.put("kind", dead.failure().getKind());
    object.put("code", dead.failure().getCode());
    object.put("field", dead.failure().getField());
    object.put("message", dead.failure().getMessage());
    object.put("request_topic", dead.requestTopic());
    object.put("request_offset", dead.requestOffset());
    if (dead.retryOf() != null) {
      object.put("retry_of", dead.retryOf());
    }
    if (dead.retriedAs() != null) {
      object.put("retried_as", dead.retriedAs());
    }
    return object;
  }
}
