package dev.weir.proto;

import org.jspecify.annotations.Nullable;

/**
 * Where in a record a field lies: {@code messages[2].role}. The text is made only when an error
 * needs it.
 *
 * @param index of an element of the list {@code name}; -1: the field itself
 */
record FieldPath(@Nullable FieldPath parent, String name, int index) {
  static final FieldPath ROOT = new FieldPath(null, "", -1);

  // Names come from strangers and go into logs.
  private static final int LONGEST_NAME = 64;

  FieldPath field(String child) {
    return new FieldPath(this, child, -1);
  }

  FieldPath element(int i) {
    return index < 0 ? new FieldPath(parent, name, i) : new FieldPath(this, "", i);
  }

  InvalidRequestException wrongType(String problem) {
    return error(ErrorCodes.INVALID_TYPE, problem);
  }

  InvalidRequestException wrongValue(String problem) {
    return error(ErrorCodes.INVALID_VALUE, problem);
  }

  InvalidRequestException unsupported(String problem) {
    return error(ErrorCodes.UNSUPPORTED_PARAMETER, problem);
  }

  InvalidRequestException error(String code, String problem) {
    String path = toString();
    return new InvalidRequestException(
        path, code, path.isEmpty() ? problem : path + ": " + problem);
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    append(text);
    return text.toString();
  }

  private void append(StringBuilder text) {
    if (parent != null) {
      parent.append(text);
      if (!text.isEmpty() && !name.isEmpty()) {
        text.append('.');
      }
    }
    text.append(printable(name));
    if (index >= 0) {
      text.append('[').append(index).append(']');
    }
  }

  static String printable(String name) {
    return printable(name, LONGEST_NAME);
  }

  /** One line of bounded length, whatever the text holds. */
  static String printable(String text, int longest) {
    boolean longer = text.length() > longest;
    var line = new StringBuilder(longer ? text.substring(0, longest) : text);
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
        line.setCharAt(i, '?');
      }
    }
    return longer ? line.append('…').toString() : line.toString();
  }
}
