package dev.weir.image.portrait;

import dev.weir.image.portrait.Lexicon.Value;
import dev.weir.image.portrait.Prompt.Phrase;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Gives phrases to the part that they belong to. */
final class Attachment {
  static final int NOTHING = -1;

  private final Prompt prompt;
  private final Lexicon lexicon;
  private final Findings findings;

  Attachment(Prompt prompt, Lexicon lexicon, Findings findings) {
    this.prompt = prompt;
    this.lexicon = lexicon;
    this.findings = findings;
  }

  /** The part of the last phrase that needs no noun, or {@link #NOTHING}. */
  int ownPart(List<Phrase> phrases) {
    for (Phrase phrase : phrases.reversed()) {
      for (Value value : phrase.meaning().values()) {
        if (value.alone()) {
          return lexicon.design().partOf(value.attribute());
        }
      }
    }
    return NOTHING;
  }

  /** Whether a phrase is a shape that needs no noun: "bob", but not "blond". */
  boolean isShapeAlone(Phrase phrase) {
    return phrase.meaning().values().stream()
        .anyMatch(of -> of.alone() && !lexicon.design().attributes().get(of.attribute()).colour());
  }

  /**
   * First the colours, then the shape, which may have a colour between its words: of these at each
   * place the longest name. What is of another part is read alone if it can.
   *
   * @return whether any is of the part
   */
  boolean attach(int part, List<Phrase> phrases) {
    boolean any = false;
    List<Phrase> shapes = new ArrayList<>();
    for (Phrase phrase : phrases) {
      Value value = lexicon.valueOf(phrase.text(), part);
      if (value != null && lexicon.design().attributes().get(value.attribute()).colour()) {
        give(value, List.of(phrase));
        any = true;
      } else {
        shapes.add(phrase);
      }
    }
    List<Phrase> rest = new ArrayList<>();
    for (int at = 0; at < shapes.size(); ) {
      int taken = longest(part, shapes.subList(at, shapes.size()));
      any |= taken > 0;
      if (taken == 0) {
        rest.add(shapes.get(at));
      }
      at += Math.max(1, taken);
    }
    int own = ownPart(rest);
    if (own != NOTHING) {
      attach(own, rest);
    }
    return any;
  }

  /** How many phrases are the longest name that they begin with. */
  private int longest(int part, List<Phrase> phrases) {
    for (int n = Math.min(phrases.size(), lexicon.longest()); n > 0; n--) {
      List<Phrase> name = phrases.subList(0, n);
      Value value =
          lexicon.valueOf(name.stream().map(Phrase::text).collect(Collectors.joining(" ")), part);
      if (value != null) {
        give(value, name);
        return n;
      }
    }
    return 0;
  }

  private void give(Value value, List<Phrase> name) {
    name.forEach(prompt::read);
    findings.value(
        value.attribute(),
        value.value(),
        name.stream().map(Phrase::written).collect(Collectors.joining(" ")));
  }
}
