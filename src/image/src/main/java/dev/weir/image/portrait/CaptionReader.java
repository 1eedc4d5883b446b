package dev.weir.image.portrait;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads captions and what people write like them: names before the noun of their part ("auburn
 * curly hair"), absence by "no" or "without", the background also by "on". Case, order and
 * punctuation do not matter; of two values for one attribute the later one counts.
 */
public final class CaptionReader {
  private static final Pattern TOKEN =
      Pattern.compile("[\\p{L}\\p{N}]+(?:-[\\p{L}\\p{N}]+)*|[.,;:!?]");
  private static final Set<String> EMPTY =
      Set.of(
          "a",
          "an",
          "the",
          "with",
          "who",
          "has",
          "have",
          "having",
          "is",
          "are",
          "of",
          "in",
          "at",
          "some",
          "someone",
          "person",
          "portrait",
          "portraits",
          "picture",
          "image",
          "drawing",
          "pixel",
          "art",
          "face",
          "avatar",
          "character",
          "wearing",
          "wears",
          "this",
          "that",
          "by");
  private static final Set<String> BREAKS =
      Set.of("and", "but", "plus", ".", ",", ";", ":", "!", "?");
  private static final Set<String> ABSENCE = Set.of("no", "without");
  private static final Set<String> BEHIND = Set.of("on", "against", "before", "over");

  private final PortraitWords words;
  private final PortraitDesign design;
  private final int background;
  private final Map<String, Integer> parts = new HashMap<>();

  public CaptionReader(PortraitWords words) {
    this.words = words;
    this.design = words.design();
    this.background = design.attribute("backgroundColor");
    for (int i = 0; i < design.attributes().size(); i++) {
      if (design.partOf(i) == i) {
        for (String noun : words.nouns(i)) {
          parts.put(noun, i);
        }
      }
    }
  }

  /** Reads any text; none fails. */
  public CaptionReading read(String caption) {
    Sentence sentence = new Sentence();
    Matcher tokens = TOKEN.matcher(caption.toLowerCase(Locale.ROOT));
    while (tokens.find()) {
      sentence.take(tokens.group());
    }
    return sentence.end();
  }

  /** Words since the last noun, and what they may belong to. */
  private final class Sentence {
    private final int[] values = new int[design.attributes().size()];
    private final List<String> unknown = new ArrayList<>();
    private final List<String> pending = new ArrayList<>();
    private boolean absent;
    private boolean behind;

    Sentence() {
      Arrays.fill(values, CaptionReading.UNSAID);
    }

    void take(String token) {
      Integer part = parts.get(token);
      if (part != null) {
        noun(part);
      } else if (BREAKS.contains(token)) {
        breakOff();
      } else if (ABSENCE.contains(token)) {
        breakOff();
        absent = true;
      } else if (BEHIND.contains(token)) {
        breakOff();
        behind = true;
      } else if (!EMPTY.contains(token)) {
        pending.add(token);
      }
    }

    private void noun(int part) {
      if (absent && design.attributes().get(part).optional()) {
        for (int i = 0; i < values.length; i++) {
          if (design.partOf(i) == part) {
            values[i] = 0;
          }
        }
        unknown.addAll(pending);
      } else {
        describe(part);
      }
      pending.clear();
      absent = false;
      behind = part == background; // "the background is sky"
    }

    /** The longest name that begins at each word, of the part's shape or of its colour. */
    private void describe(int part) {
      for (int at = 0; at < pending.size(); ) {
        int taken = 0;
        for (int end = pending.size(); end > at && taken == 0; end--) {
          if (name(part, String.join(" ", pending.subList(at, end)))) {
            taken = end - at;
          }
        }
        if (taken == 0) {
          unknown.add(pending.get(at));
        }
        at += Math.max(1, taken);
      }
    }

    private boolean name(int part, String phrase) {
      for (int i = 0; i < values.length; i++) {
        if (design.partOf(i) == part) {
          Attribute attribute = design.attributes().get(i);
          for (int v = attribute.first(); v < attribute.values().size(); v++) {
            if (words.name(i, v).equals(phrase)) {
              values[i] = v;
              return true;
            }
          }
        }
      }
      return false;
    }

    private void breakOff() {
      if (behind) {
        describe(background);
      } else {
        unknown.addAll(pending);
      }
      pending.clear();
      absent = false;
      behind = false;
    }

    CaptionReading end() {
      breakOff();
      return new CaptionReading(values, unknown);
    }
  }
}
