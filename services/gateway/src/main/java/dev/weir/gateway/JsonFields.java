package dev.weir.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.ErrorCodes;
import java.util.List;

/** Reads fields of bodies; what is wrong is an error that names the field. */
final class JsonFields {
  private JsonFields() {}

  /** False where the field is missing or null. */
  static boolean bool(ObjectNode json, String name) {
    JsonNode value = json.path(name);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      throw wrongType(name, "must be true or false");
    }
    return value.booleanValue();
  }

  static long integer(JsonNode value, String name, long least, long most) {
    if (!value.isNumber()) {
      throw wrongType(name, "must be a whole number");
    }
    if (!value.canConvertToLong()) {
      throw wrong(name, "must be between " + least + " and " + most);
    }
    if (!value.canConvertToExactIntegral()) { // 4.0 is whole
      throw wrongType(name, "must be a whole number");
    }
    if (value.longValue() < least || value.longValue() > most) {
      throw wrong(name, "must be between " + least + " and " + most);
    }
    return value.longValue();
  }

  /**
   * @param most {@link Double#MAX_VALUE}: there is no most
   */
  static double decimal(JsonNode value, String name, double least, double most) {
    if (!value.isNumber()) {
      throw wrongType(name, "must be a number");
    }
    double number = value.doubleValue();
    if (!(number >= least && number <= most)) {
      throw wrong(
          name,
          most == Double.MAX_VALUE
              ? "must be %s or more".formatted(least)
              : "must be between %s and %s".formatted(least, most));
    }
    return number;
  }

  static String text(JsonNode value, String name) {
    if (!value.isTextual()) {
      throw wrongType(name, "must be a string");
    }
    return value.textValue();
  }

  /** One of some words. */
  static String word(JsonNode value, String name, List<String> possible) {
    String text = text(value, name);
    if (!possible.contains(text)) {
      throw wrong(
          name, "must be " + String.join(" or ", possible) + ", not " + Text.shortened(text));
    }
    return text;
  }

  static ApiException missing(String field, String fix) {
    return ApiException.invalid(
        field, ErrorCodes.MISSING_REQUIRED_PARAMETER, field + ": is missing; " + fix);
  }

  static ApiException wrong(String field, String problem) {
    return ApiException.invalid(field, ErrorCodes.INVALID_VALUE, field + ": " + problem);
  }

  static ApiException wrongType(String field, String problem) {
    return ApiException.invalid(field, ErrorCodes.INVALID_TYPE, field + ": " + problem);
  }

  static ApiException unsupported(String field, String problem) {
    return ApiException.invalid(field, ErrorCodes.UNSUPPORTED_PARAMETER, field + ": " + problem);
  }
}
