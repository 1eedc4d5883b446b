package dev.weir.image.portrait;

/**
 * Reads captions and what people write like them; words.tsv and spoken.tsv have the phrases.
 *
 * <p>What words belong to: those before a noun, to the next comma, "and" or "or", belong to its
 * part, and so do the words before in the same list that have no noun. After "hair is" and after
 * "on" they belong to the hair and to the background instead, to the end of the clause, and so does
 * what follows a noun directly ("hair red"), unless a noun of its own comes before the next comma.
 * What belongs to nothing, or ends in a word that means nothing here ("a blue sword"), is read
 * alone if it can ("a bob"), and else not at all.
 *
 * <p>What is absent: "no" takes the next part and all that "or" joins to it ("no hat, glasses or
 * beard"), "without" all parts of the list that are named and not described.
 */
public final class CaptionReader {
  private final Lexicon lexicon;

  public CaptionReader(PortraitWords words) {
    this.lexicon = new Lexicon(words);
  }

  /** Reads any text; none fails. */
  public CaptionReading read(String caption) {
    Prompt prompt = new Prompt(caption, lexicon);
    Findings findings = new Findings(lexicon.design());
    new CaptionParser(prompt, lexicon, findings).parse();
    return findings.reading(prompt.unread());
  }
}
