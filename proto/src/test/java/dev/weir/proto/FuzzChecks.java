package dev.weir.proto;

/** What must hold of every decoder, whatever it is fed. */
final class FuzzChecks {
  private FuzzChecks() {}

  /** A refusal is one line that people can read, and it begins with the field at fault. */
  static void refusal(InvalidRequestException e) {
    String message = String.valueOf(e.getMessage());
    check(!message.isEmpty() && message.length() < 2000, "the message is empty or endless");
    check(message.chars().noneMatch(Character::isISOControl), "the message is not one line");
    check(message.startsWith(e.field()), "the message does not name its field");
  }

  static void check(boolean right, String problem) {
    if (!right) {
      throw new AssertionError(problem);
    }
  }
}
