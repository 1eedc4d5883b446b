package dev.weir.image.portrait;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * A prompt cut into phrases: at each place the longest that the lexicon has, else one piece. A
 * piece is a word, what stands between hyphens, or a mark of punctuation; case and apostrophes do
 * not matter.
 */
final class Prompt {
  private static final String PUNCTUATION = ".,;:!?&/()=";

  private final String caption;
  private final List<Piece> pieces;
  private final List<Phrase> phrases = new ArrayList<>();
  private final BitSet read = new BitSet();

  /**
   * A piece of the text.
   *
   * @param text in lower case, without apostrophes
   * @param from its first character, {@code to} the one after its last
   * @param joined whether only a hyphen parts it from the piece before
   */
  record Piece(String text, int from, int to, boolean joined) {
    boolean word() {
      return PUNCTUATION.indexOf(text.charAt(0)) < 0;
    }
  }

  /**
   * A phrase.
   *
   * @param text its pieces with a blank between them
   * @param written as it stands in the prompt
   * @param from its first piece, {@code to} the one after its last
   */
  record Phrase(Lexicon.Meaning meaning, String text, String written, int from, int to) {
    Role role() {
      return meaning.role();
    }
  }

  Prompt(String caption, Lexicon lexicon) {
    this.caption = caption;
    this.pieces = pieces(caption);
    for (int at = 0; at < pieces.size(); at = phrases.getLast().to()) {
      phrases.add(longest(at, lexicon));
    }
  }

  private Phrase longest(int from, Lexicon lexicon) {
    for (int to = Math.min(pieces.size(), from + lexicon.longest()); to > from; to--) {
      String text = text(from, to);
      Lexicon.Meaning meaning = lexicon.meaning(text);
      if (meaning != null) {
        return phrase(meaning, text, from, to);
      }
    }
    return phrase(Lexicon.Meaning.UNKNOWN, text(from, from + 1), from, from + 1);
  }

  private Phrase phrase(Lexicon.Meaning meaning, String text, int from, int to) {
    String written = caption.substring(pieces.get(from).from(), pieces.get(to - 1).to());
    return new Phrase(meaning, text, written, from, to);
  }

  private String text(int from, int to) {
    return String.join(" ", pieces.subList(from, to).stream().map(Piece::text).toList());
  }

  List<Phrase> phrases() {
    return phrases;
  }

  /** Marks what has a meaning in its place. */
  void read(Phrase phrase) {
    read.set(phrase.from(), phrase.to());
  }

  /** The words that were not marked, as written; of those with hyphens only what was not. */
  List<String> unread() {
    List<String> unread = new ArrayList<>();
    int to;
    for (int at = 0; at < pieces.size(); at = to) {
      to = at + 1;
      while (to < pieces.size() && pieces.get(to).joined()) {
        to++;
      }
      if (read.get(at, to).isEmpty() && pieces.get(at).word()) {
        unread.add(caption.substring(pieces.get(at).from(), pieces.get(to - 1).to()));
      } else {
        for (int i = read.nextClearBit(at); i < to; i = read.nextClearBit(i + 1)) {
          if (pieces.get(i).word()) {
            unread.add(caption.substring(pieces.get(i).from(), pieces.get(i).to()));
          }
        }
      }
    }
    return unread;
  }

  /** The pieces of any text; a line's end is a full stop. */
  static List<Piece> pieces(String text) {
    List<Piece> pieces = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int to = at;
      while (to < text.length() && inWord(text, to, at)) {
        to += Character.charCount(text.codePointAt(to));
      }
      if (to > at) {
        String word = text.substring(at, to).replaceAll("['’]", "").toLowerCase(Locale.ROOT);
        boolean joined =
            !pieces.isEmpty() && pieces.getLast().to() == at - 1 && text.charAt(at - 1) == '-';
        pieces.add(new Piece(word, at, to, joined && pieces.getLast().word()));
        at = to;
      } else {
        char mark = text.charAt(at) == '\n' ? '.' : text.charAt(at);
        if (PUNCTUATION.indexOf(mark) >= 0) {
          pieces.add(new Piece(String.valueOf(mark), at, at + 1, false));
        }
        at++;
      }
    }
    return pieces;
  }

  /** Letters, digits, marks on them, and apostrophes between them. */
  private static boolean inWord(String text, int at, int begin) {
    int c = text.codePointAt(at);
    boolean apostrophe = c == '\'' || c == '’';
    if (apostrophe || Character.getType(c) == Character.NON_SPACING_MARK) {
      return at > begin
          && (!apostrophe
              || (at + 1 < text.length() && Character.isLetterOrDigit(text.codePointAt(at + 1))));
    }
    return Character.isLetterOrDigit(c);
  }
}
