package dev.weir.text;

import java.util.Set;

/** What must hold of every parser, whatever it is fed. */
public final class FuzzChecks {
  private static final int MOST_ELEMENTS = 1 << 16;

  private FuzzChecks() {}

  /** A refusal is one short line that people can read. */
  public static void refusal(CheckpointException e) {
    String message = String.valueOf(e.getMessage());
    check(!message.isEmpty() && message.length() <= 1000, "the message is empty or endless");
    check(message.chars().noneMatch(Character::isISOControl), "the message is not one line");
  }

  /** Whatever is described can be read; to the end, and no further. */
  public static void readable(TensorSource tensors) {
    Set<String> names = tensors.names();
    for (String name : names) {
      long elements = 1;
      for (long dimension : tensors.describe(name).shape()) {
        elements *= dimension;
      }
      int block = tensors.describe(name).type().blockElements();
      int count = (int) Math.min(elements, MOST_ELEMENTS);
      long from = (elements - count) / block * block;
      tensors.read(name, from, new float[count]);
      try {
        tensors.read(name, elements, new float[1]);
        check(false, "a tensor is read beyond its end");
      } catch (IndexOutOfBoundsException e) {
        // as it should
      }
    }
  }

  public static void check(boolean right, String problem) {
    if (!right) {
      throw new AssertionError(problem);
    }
  }
}
