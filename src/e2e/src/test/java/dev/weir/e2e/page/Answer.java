package dev.weir.e2e.page;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What the scripted model does with a request. */
sealed interface Answer {
  /**
   * It says these tokens.
   *
   * @param holdAt before the token of this index it waits for {@link TestingGateway#release}
   * @param everyMs between two tokens
   * @param reason why it ends
   */
  record Says(List<String> tokens, int holdAt, long everyMs, String reason) implements Answer {
    Says heldAt(int index) {
      return new Says(tokens, index, everyMs, reason);
    }

    Says every(long ms) {
      return new Says(tokens, holdAt, ms, reason);
    }

    Says endingBy(String why) {
      return new Says(tokens, holdAt, everyMs, why);
    }

    String text() {
      return String.join("", tokens);
    }
  }

  /**
   * It draws.
   *
   * @param frames {@code preview} and {@code image} in the order of the stream, without their ids
   * @param holdAt before the frame of this index it waits for {@link TestingGateway#release}
   * @param everyMs between two frames
   * @param warnings of the end
   */
  record Draws(List<JsonObject> frames, int holdAt, long everyMs, List<JsonObject> warnings)
      implements Answer {
    Draws heldAt(int index) {
      return new Draws(frames, index, everyMs, warnings);
    }

    Draws warning(String message, String... words) {
      JsonObject warning =
          new JsonObject()
              .put("code", "unread_words")
              .put("field", "prompt")
              .put("message", message)
              .put("words", List.of(words));
      return new Draws(frames, holdAt, everyMs, List.of(warning));
    }
  }

  /** The request is refused before it becomes a stream. */
  record Refuses(JsonObject error) implements Answer {}

  /** The stream ends with an error behind these tokens. */
  record Fails(List<String> tokens, JsonObject error) implements Answer {}

  /** Never {@code accepted}: the connection is closed instead. */
  record Vanishes() implements Answer {}

  Pattern TOKEN = Pattern.compile("\\s*(?:\\w{1,6}|[^\\w\\s]|\\s+$)");

  /** Says a text, cut into pieces as a tokenizer might. */
  static Says says(String text) {
    List<String> tokens = new ArrayList<>();
    TOKEN.matcher(text).results().forEach(piece -> tokens.add(piece.group()));
    if (!String.join("", tokens).equals(text)) {
      throw new IllegalArgumentException("pieces are not the text: " + text);
    }
    return new Says(tokens, -1, 2, "stop");
  }

  /** Draws these frames, one a millisecond. */
  static Draws draws(List<JsonObject> frames) {
    return new Draws(frames, -1, 1, List.of());
  }

  /** Says {@code 0 1 2 …}: a token that is lost or doubled shows. */
  static Says counts(int tokens) {
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < tokens; i++) {
      numbers.add(i == 0 ? "0" : " " + i);
    }
    return new Says(numbers, -1, 2, "stop");
  }

  static Refuses refuses(int status, String code, String message) {
    return new Refuses(
        new JsonObject().put("status", status).put("code", code).put("message", message));
  }

  /** The same refusal, with a member more: {@code field}, {@code retry_after_ms}. */
  static Refuses with(Refuses refusal, String name, Object value) {
    return new Refuses(refusal.error().copy().put(name, value));
  }
}
