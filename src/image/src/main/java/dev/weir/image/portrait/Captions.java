package dev.weir.image.portrait;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Writes captions: several phrasings, parts in any order, and any attributes left out. */
public final class Captions {
  private final PortraitWords words;
  private final PortraitDesign design;
  private final int background;

  public Captions(PortraitWords words) {
    this.words = words;
    this.design = words.design();
    this.background = design.attribute("backgroundColor");
  }

  /**
   * What a caption can say of a mask: the absence of a part is said with that of its colour.
   *
   * @param said by attribute
   * @return values, {@link CaptionReading#UNSAID} for what is not said: [attributes]
   */
  public int[] sayable(Portrait portrait, boolean[] said) {
    int[] values = new int[said.length];
    for (int i = 0; i < said.length; i++) {
      boolean absent = design.attributes().get(i).optional() && portrait.value(i) == 0;
      boolean told = absent ? anyOfPart(said, design.partOf(i)) : said[i];
      values[i] = told ? portrait.value(i) : CaptionReading.UNSAID;
    }
    return values;
  }

  private boolean anyOfPart(boolean[] said, int part) {
    boolean any = false;
    for (int i = 0; i < said.length; i++) {
      any |= said[i] && design.partOf(i) == part;
    }
    return any;
  }

  /**
   * A caption.
   *
   * @param said by attribute: what it tells, as far as {@link #sayable}
   * @param random chooses the phrasing and the order
   */
  public String write(Portrait portrait, boolean[] said, Random random) {
    int[] values = sayable(portrait, said);
    List<String> clauses = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (i != background && design.partOf(i) == i) {
        String clause = clause(i, values);
        if (!clause.isEmpty()) {
          clauses.add(clause);
        }
      }
    }
    Collections.shuffle(clauses, random);
    String behind =
        values[background] == CaptionReading.UNSAID
            ? ""
            : words.name(background, values[background]);
    return phrase(clauses, behind, random.nextInt(4));
  }

  private String clause(int part, int[] values) {
    StringBuilder clause = new StringBuilder();
    String noun = words.nouns(part).getFirst();
    if (design.attributes().get(part).optional() && values[part] == 0) {
      return "no " + noun;
    }
    for (int i = values.length - 1; i >= 0; i--) { // the colour, which comes behind, goes first
      if (design.partOf(i) == part && values[i] != CaptionReading.UNSAID) {
        clause.append(words.name(i, values[i])).append(' ');
      }
    }
    return clause.isEmpty() ? "" : clause.append(noun).toString();
  }

  private static String phrase(List<String> clauses, String behind, int phrasing) {
    String all = String.join(", ", clauses);
    return switch (phrasing) {
      case 0 ->
          "portrait"
              + (all.isEmpty() ? "" : " with " + all)
              + (behind.isEmpty() ? "" : ", on " + behind);
      case 1 ->
          "a person"
              + (all.isEmpty() ? "" : " with " + joined(clauses))
              + (behind.isEmpty() ? "" : " against a " + behind + " background");
      case 2 ->
          all + (behind.isEmpty() ? "" : (all.isEmpty() ? "" : "; ") + behind + " background");
      default ->
          "Pixel art of someone"
              + (all.isEmpty() ? "" : " who has " + joined(clauses))
              + "."
              + (behind.isEmpty() ? "" : " The background is " + behind + ".");
    };
  }

  private static String joined(List<String> clauses) {
    int last = clauses.size() - 1;
    return last == 0
        ? clauses.getFirst()
        : String.join(", ", clauses.subList(0, last)) + " and " + clauses.get(last);
  }
}
