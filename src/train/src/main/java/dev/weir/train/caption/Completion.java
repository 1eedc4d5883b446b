package dev.weir.train.caption;

import dev.weir.image.portrait.CaptionReader;
import dev.weir.image.portrait.CaptionReading;

/**
 * What a model has made of a caption that was half written.
 *
 * @param given the half
 * @param added what the model wrote behind it
 * @param ended whether it ended by itself
 */
record Completion(String given, String added, boolean ended) {
  /** What parts of captions end with. */
  private static final String[] JOINTS = {", ", " and ", "; ", ". "};

  /**
   * Whether it is a caption of what was given: it ended, has no word that means nothing, does not
   * say two things of one attribute, and says of each attribute what the given half has said. What
   * the half breaks off in counts for nothing: "short" may go on with "curly hair".
   */
  boolean good(CaptionReader reader) {
    CaptionReading whole = reader.read(given + added);
    return ended
        && whole.unread().isEmpty()
        && whole.conflicts().isEmpty()
        && keeps(reader.read(said()).values(), whole.values());
  }

  private static boolean keeps(int[] said, int[] found) {
    for (int i = 0; i < said.length; i++) {
      if (said[i] != CaptionReading.UNSAID && said[i] != found[i]) {
        return false;
      }
    }
    return true;
  }

  /** The given half up to the last joint. */
  private String said() {
    int end = 0;
    for (String joint : JOINTS) {
      end = Math.max(end, given.lastIndexOf(joint));
    }
    return given.substring(0, end);
  }
}
