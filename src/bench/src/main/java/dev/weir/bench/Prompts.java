package dev.weir.bench;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Prompts of about sixty tokens, each different. */
public final class Prompts {
  private static final List<String> WORDS =
      List.of(
          "river", "stone", "morning", "quiet", "lantern", "bridge", "winter", "garden", "sailor",
          "letter", "market", "shadow", "engine", "harbor", "window", "copper", "forest", "signal",
          "valley", "thread", "summer", "mirror", "station", "candle");
  private static final int LENGTH = 40;

  private Prompts() {}

  /** One of the words. */
  public static String word(RandomGenerator random) {
    return WORDS.get(random.nextInt(WORDS.size()));
  }

  public static String story(int number) {
    SplittableRandom random = new SplittableRandom(number);
    StringBuilder text = new StringBuilder("tell it with the words");
    for (int i = 0; i < LENGTH; i++) {
      text.append(' ').append(word(random));
    }
    return text.toString();
  }
}
