package dev.weir.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.ErrorCodes;
import dev.weir.stream.StreamReader.Start;
import org.jspecify.annotations.Nullable;

/** A message that {@code /v1/ws} takes. */
sealed interface SocketCommand {
  long MOST_CREDIT = 1_000_000;

  /** Who cannot send the header {@code Authorization} shows the key before anything else. */
  record Auth(String key) implements SocketCommand {}

  /**
   * @param detach the request survives the socket
   * @param credit null: the default
   */
  record Submit(String ref, ObjectNode request, boolean detach, @Nullable Long credit)
      implements SocketCommand {}

  record Follow(String id, Start start, @Nullable Long credit) implements SocketCommand {}

  record Unfollow(String id) implements SocketCommand {}

  record Cancel(String id) implements SocketCommand {}

  record Credit(String id, long count) implements SocketCommand {}

  record Ping() implements SocketCommand {}

  /**
   * @throws ApiException 400 that names the field at fault
   */
  static SocketCommand parse(ObjectNode json) {
    String type = text(json, "type");
    return switch (type) {
      case "auth" -> new Auth(text(json, "key"));
      case "submit" -> {
        if (!(json.path("request") instanceof ObjectNode request)) {
          throw wrongType("request", "must be an object");
        }
        yield new Submit(text(json, "ref"), request, bool(json, "detach"), credit(json, 0));
      }
      case "follow" -> new Follow(id(json), start(json), credit(json, 0));
      case "unfollow" -> new Unfollow(id(json));
      case "cancel" -> new Cancel(id(json));
      case "credit" -> {
        JsonNode count = json.path("n");
        yield new Credit(id(json), integer(count, "n", 1));
      }
      case "ping" -> new Ping();
      default ->
          throw ApiException.invalid(
              "type",
              ErrorCodes.INVALID_VALUE,
              "type: must be auth, submit, follow, unfollow, cancel, credit or ping, not "
                  + Text.shortened(type));
    };
  }

  private static Start start(ObjectNode json) {
    if (json.hasNonNull("after")) {
      return new Start.After(NativeRoutes.cursor("after", text(json, "after")));
    }
    if (json.hasNonNull("from")) {
      return new Start.From(NativeRoutes.cursor("from", text(json, "from")));
    }
    return new Start.Beginning();
  }

  private static String id(ObjectNode json) {
    String id = text(json, "id");
    if (!NativeRoutes.isRequestId(id)) {
      throw ApiException.invalid("id", ErrorCodes.INVALID_VALUE, "id: must be the id of a request");
    }
    return id;
  }

  private static @Nullable Long credit(ObjectNode json, long least) {
    return json.hasNonNull("credit") ? integer(json.get("credit"), "credit", least) : null;
  }

  private static long integer(JsonNode value, String name, long least) {
    if (!value.isIntegralNumber()) {
      throw wrongType(name, "must be a whole number");
    }
    if (!value.canConvertToLong() || value.longValue() < least || value.longValue() > MOST_CREDIT) {
      throw ApiException.invalid(
          name,
          ErrorCodes.INVALID_VALUE,
          name + ": must be between " + least + " and " + MOST_CREDIT);
    }
    return value.longValue();
  }

  private static boolean bool(ObjectNode json, String name) {
    JsonNode value = json.path(name);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      throw wrongType(name, "must be true or false");
    }
    return value.booleanValue();
  }

  private static String text(ObjectNode json, String name) {
    JsonNode value = json.path(name);
    if (!value.isTextual()) {
      throw wrongType(name, "must be a string");
    }
    if (value.textValue().isEmpty() || value.textValue().length() > 256) {
      throw ApiException.invalid(
          name, ErrorCodes.INVALID_VALUE, name + ": must have 1 to 256 characters");
    }
    return value.textValue();
  }

  private static ApiException wrongType(String name, String problem) {
    return ApiException.invalid(name, ErrorCodes.INVALID_TYPE, name + ": " + problem);
  }
}
