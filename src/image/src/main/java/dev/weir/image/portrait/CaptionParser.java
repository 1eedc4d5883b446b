package dev.weir.image.portrait;

import static dev.weir.image.portrait.Attachment.NOTHING;

import dev.weir.image.portrait.Prompt.Phrase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Goes through the phrases of one prompt, by the rules that {@link CaptionReader} states. */
final class CaptionParser {
  private final Prompt prompt;
  private final List<Phrase> phrases;
  private final Findings findings;
  private final Attachment attachment;
  private final int background;

  /** Since the last noun, comma, "and" or "or". */
  private final List<Phrase> block = new ArrayList<>();

  /** Blocks of this list that a noun is to come for. */
  private final List<Phrase> waiting = new ArrayList<>();

  private int subject = NOTHING;
  private boolean subjectOfList; // not only to the next comma

  /** What is said of the subject. */
  private final List<Phrase> told = new ArrayList<>();

  private int lastNoun = NOTHING;
  private @Nullable Phrase bare; // the last noun, while nothing is said of it
  private @Nullable Absence absence;
  private Role joint = Role.SKIP; // AND or OR since the last noun

  /** What "no" or "without" takes away. */
  private static final class Absence {
    final Phrase by;
    boolean began; // the first of its list was there
    boolean wholeList;

    Absence(Phrase by) {
      this.by = by;
      this.wholeList = by.role() == Role.WITHOUT;
    }
  }

  CaptionParser(Prompt prompt, Lexicon lexicon, Findings findings) {
    this.prompt = prompt;
    this.phrases = prompt.phrases();
    this.findings = findings;
    this.attachment = new Attachment(prompt, lexicon, findings);
    this.background = lexicon.design().attribute("backgroundColor");
  }

  void parse() {
    for (int i = 0; i < phrases.size(); i++) {
      take(i);
    }
    endClause();
  }

  private void take(int at) {
    Phrase phrase = phrases.get(at);
    switch (phrase.role()) {
      case NOUN -> noun(phrase);
      case VALUE, UNKNOWN -> describe(phrase);
      case NO, WITHOUT -> {
        endClause();
        absence = new Absence(phrase);
      }
      case AND, OR -> {
        prompt.read(phrase);
        join(phrase.role(), at);
      }
      case SKIP -> prompt.read(phrase);
      case STOP -> {
        prompt.read(phrase);
        endClause();
      }
      case WHO -> {
        prompt.read(phrase);
        endClause();
        lastNoun = NOTHING;
      }
      case WITH -> {
        prompt.read(phrase);
        if (absence == null || absence.began || !block.isEmpty()) { // not in "not wearing"
          endClause();
        }
      }
      case IS -> {
        prompt.read(phrase);
        if (lastNoun != NOTHING) {
          Phrase noun = block.isEmpty() && told.isEmpty() ? bare : null;
          bare = noun == null ? bare : null;
          endClause();
          begin(lastNoun, true);
          bare = noun;
        }
      }
      case BEHIND -> {
        prompt.read(phrase);
        endClause();
        begin(background, true);
      }
    }
  }

  private void begin(int part, boolean ofList) {
    subject = part;
    subjectOfList = ofList;
  }

  private void describe(Phrase phrase) {
    if (!block.isEmpty() && attachment.isShapeAlone(block.getLast())) {
      endBlock(); // "a smiling blond man"
    }
    block.add(phrase);
  }

  private void noun(Phrase phrase) {
    int part = phrase.meaning().part();
    if (absence != null && takesAway(absence, part, block.isEmpty())) {
      takeAway(absence, part, phrase);
    } else {
      absence = null;
      prompt.read(phrase);
      tellSubject();
      waiting.addAll(block);
      if (block.isEmpty() || !attachment.attach(part, waiting)) {
        bare = phrase;
      }
      begin(part, false);
    }
    waiting.clear();
    block.clear();
    lastNoun = part;
    joint = Role.SKIP;
  }

  private boolean takesAway(Absence absence, int part, boolean bare) {
    if (!absence.began || joint == Role.OR) {
      return true;
    }
    return bare && absence.wholeList && findings.optional(part);
  }

  private void takeAway(Absence absence, int part, Phrase phrase) {
    absence.began = true;
    if (findings.optional(part)) {
      prompt.read(absence.by);
      prompt.read(phrase);
      findings.absent(part, absence.by.written() + " " + phrase.written());
    }
  }

  private void join(Role role, int at) {
    endBlock();
    if (absence != null && !absence.wholeList && absence.began) {
      absence.wholeList = role == Role.AND && joint == Role.SKIP && orFollows(at);
    }
    if (!subjectOfList) {
      subject = NOTHING;
    }
    joint = role;
  }

  /** Whether a list of bare parts comes whose last is joined by "or". */
  private boolean orFollows(int at) {
    for (Phrase phrase : phrases.subList(at, phrases.size())) {
      switch (phrase.role()) {
        case OR -> {
          return true;
        }
        case NOUN, AND, SKIP -> {}
        case VALUE -> {
          if (attachment.ownPart(List.of(phrase)) == NOTHING) {
            return false;
          }
        }
        case UNKNOWN, WHO, STOP, IS, WITH, BEHIND, NO, WITHOUT -> {
          return false;
        }
      }
    }
    return false;
  }

  private void endBlock() {
    if (block.isEmpty()) {
      return;
    }
    int own = attachment.ownPart(block);
    boolean known = block.getLast().role() != Role.UNKNOWN;
    if (absence != null && absent(absence, own)) {
      absence.began = true;
    } else if (subject != NOTHING && (own == NOTHING || own == subject)) {
      if (known || told.isEmpty()) {
        told.addAll(block);
        subjectOfList = true;
      }
    } else if (own != NOTHING) {
      waiting.addAll(block);
      attachment.attach(own, waiting);
      waiting.clear();
      lastNoun = own;
      if (!subjectOfList) {
        tellSubject();
        begin(own, false);
      }
    } else if (known) { // else it is a thing that we do not know
      waiting.addAll(block);
    }
    block.clear();
  }

  /** Whether a block without a noun is of what is absent: what it then says is not read. */
  private boolean absent(Absence absence, int own) {
    if (own == NOTHING) {
      boolean described = !absence.began || joint == Role.OR;
      this.absence = described ? absence : null;
      return described;
    }
    boolean taken = takesAway(absence, own, block.size() == 1);
    if (taken) {
      takeAway(absence, own, block.getLast());
      joint = Role.SKIP;
    } else {
      this.absence = null;
    }
    return taken;
  }

  private void tellSubject() {
    boolean described = !told.isEmpty() && attachment.attach(subject, told);
    told.clear();
    if (bare != null && !described) {
      findings.name(bare.meaning().part(), bare.written());
    }
    bare = null;
  }

  private void endClause() {
    endBlock();
    tellSubject();
    waiting.clear();
    absence = null;
    subject = NOTHING;
    subjectOfList = false;
    joint = Role.SKIP;
  }
}
