package dev.weir.engine;

import java.util.List;

/**
 * Finds stop strings in text that comes in pieces. Text that could be the beginning of one is held
 * back until it is known.
 *
 * <p>The match is the one that ends first; of several that end at the same character, the longest.
 * It and what has been released depend on the text alone, not on how it was cut into pieces. Each
 * stop string is followed by its own automaton (Knuth, Morris and Pratt 1977).
 */
final class StopMatcher {
  private final List<String> stops;
  // failure[s][n]: length of the longest proper border of the first n characters of stop s
  private final int[][] failure;
  // how many characters of each stop string the text ends with; the longest is what is held
  private final int[] matched;
  private final StringBuilder held = new StringBuilder();
  private String match = "";

  StopMatcher(List<String> stops) {
    this.stops = stops;
    matched = new int[stops.size()];
    failure = new int[stops.size()][];
    for (int s = 0; s < failure.length; s++) {
      failure[s] = borders(stops.get(s));
    }
  }

  private static int[] borders(String stop) {
    int[] border = new int[stop.length() + 1];
    for (int n = 2; n <= stop.length(); n++) {
      int length = border[n - 1];
      while (length > 0 && stop.charAt(length) != stop.charAt(n - 1)) {
        length = border[length];
      }
      border[n] = stop.charAt(length) == stop.charAt(n - 1) ? length + 1 : 0;
    }
    return border;
  }

  /**
   * Takes the next text and appends what is certain to lie before any stop string.
   *
   * @return whether a stop string was found; nothing may follow then
   */
  boolean append(CharSequence text, StringBuilder released) {
    if (stops.isEmpty()) {
      released.append(text);
      return false;
    }
    int longest = 0;
    for (int i = 0; i < text.length(); i++) {
      held.append(text.charAt(i));
      longest = advance(text.charAt(i));
      if (!match.isEmpty()) {
        released.append(held, 0, held.length() - match.length());
        held.setLength(0);
        return true;
      }
    }
    if (text.length() > 0) {
      released.append(held, 0, held.length() - longest);
      held.delete(0, held.length() - longest);
    }
    return false;
  }

  /**
   * Moves every automaton by a character; returns the longest beginning that the text ends with.
   */
  private int advance(char c) {
    int longest = 0;
    for (int s = 0; s < matched.length; s++) {
      String stop = stops.get(s);
      int length = matched[s];
      while (length > 0 && stop.charAt(length) != c) {
        length = failure[s][length];
      }
      if (stop.charAt(length) == c) {
        length++;
      }
      matched[s] = length;
      longest = Math.max(longest, length);
      if (length == stop.length() && length > match.length()) {
        match = stop;
      }
    }
    return longest;
  }

  /** No text follows: appends what was held back. */
  void end(StringBuilder released) {
    released.append(held);
    held.setLength(0);
  }

  /** The stop string that was found; empty before. */
  String match() {
    return match;
  }
}
