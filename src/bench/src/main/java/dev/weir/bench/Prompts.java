package dev.weir.bench;

import java.util.List;
import java.util.SplittableRandom;

/** Prompts of about sixty tokens, each different. */
public final class Prompts {
  private static final List<String> WORDS =
      List.of(
          "river", "stone", "morning", "quiet", "lantern", "bridge", "winter", "garden", "sailor",
          "letter", "market", "shadow", "engine", "harbor", "window", "copper", "forest", "signal",
          "valley", "thread", "summer", "mirror", "station", "candle");
  private static final int LENGTH = 40;

  private Prompts() {}

  public static String story(int number) {
    SplittableRandom random = new SplittableRandom(number);
    StringBuilder text = new StringBuilder("tell it with the words");
    for (int i = 0; i < LENGTH; i++) {
      text.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return text.toString();
  }
}
