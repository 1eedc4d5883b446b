package dev.weir.train.caption;

import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.Captions;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitWords;
import dev.weir.train.portrait.PortraitSplit.Use;
import dev.weir.train.portrait.TrainingPortraits;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Captions without end of portraits of one use, whose pictures and pairs are so kept apart. Half of
 * those that begin with a subject begin as people may write it ("A portrait of a woman with ..");
 * all can be read without a rest. Not safe for use by several threads.
 */
final class PortraitCaptions {
  /** What may stand for the first words of a caption; who it is tells nothing about the rest. */
  private static final Map<String, List<String>> BEGINNINGS =
      Map.of(
          "portrait",
          List.of(
              "a portrait",
              "A portrait",
              "Portrait",
              "portrait of a person",
              "a portrait of a person",
              "A portrait of a person",
              "a portrait of someone",
              "a portrait of a woman",
              "a portrait of a man",
              "a picture of a person"),
          "a person",
          List.of("A person", "someone", "Someone", "a woman", "A woman", "a man", "A man"),
          "Pixel art of someone",
          List.of(
              "pixel art of someone",
              "Pixel art of a person",
              "pixel art of a person",
              "A pixel art portrait of a person"));

  private static final double BEGUN_OTHERWISE = 0.5;
  private static final String NOTHING_SAID = "portrait";

  private static final double PHRASINGS = 4;

  private final TrainingPortraits portraits;
  private final CaptionOdds odds = new CaptionOdds(PortraitDesign.builtIn());
  private final Captions captions = new Captions(PortraitWords.builtIn());
  private final long seed;

  PortraitCaptions(Use use, long seed) {
    this.portraits = new TrainingPortraits(PortraitDesign.builtIn(), use, seed, 1);
    this.seed = seed;
  }

  /** Caption number {@code index} of an endless row. */
  String at(long index) {
    TrainingPortraits.Example example = portraits.example(index);
    int[] values = example.said();
    boolean[] said = new boolean[values.length];
    for (int i = 0; i < said.length; i++) {
      said[i] = values[i] != CaptionReading.UNSAID;
    }
    Random random = random(index);
    return begun(captions.write(example.portrait(), said, random), random);
  }

  /** About ln p of a caption of this row among all captions; see {@link CaptionOdds}. */
  double logProbability(long index) {
    return odds.logProbability(
        portraits.example(index).said(), Math.log(beginningProbability(at(index))));
  }

  /** The probability of a phrasing with its beginning, whatever is said. */
  static double beginningProbability(String caption) {
    double otherwise = caption.equals(NOTHING_SAID) ? 1 / PHRASINGS : 0; // a caption without a word
    int longest = 0;
    double probability = 1 / PHRASINGS; // the phrasing that begins with what is said
    for (Map.Entry<String, List<String>> entry : BEGINNINGS.entrySet()) {
      List<String> others = entry.getValue();
      if (caption.startsWith(entry.getKey()) && entry.getKey().length() > longest) {
        longest = entry.getKey().length();
        probability = (1 - BEGUN_OTHERWISE) / PHRASINGS;
      }
      for (String other : others) {
        if (caption.startsWith(other) && other.length() > longest) {
          longest = other.length();
          probability = BEGUN_OTHERWISE / others.size() / PHRASINGS;
        }
      }
    }
    return probability + otherwise;
  }

  private Random random(long index) {
    return new Random(mixed(seed, index));
  }

  /** A number for each seed and index, by the generator's own mixing. */
  static long mixed(long seed, long index) {
    return new SplittableRandom(seed ^ (index + 1) * 0x9E3779B97F4A7C15L).nextLong();
  }

  private static String begun(String caption, Random random) {
    if (caption.isEmpty()) {
      return NOTHING_SAID;
    }
    for (Map.Entry<String, List<String>> entry : BEGINNINGS.entrySet()) {
      if (caption.startsWith(entry.getKey())) {
        List<String> others = entry.getValue();
        return random.nextDouble() < BEGUN_OTHERWISE
            ? others.get(random.nextInt(others.size())) + caption.substring(entry.getKey().length())
            : caption;
      }
    }
    return caption;
  }
}
