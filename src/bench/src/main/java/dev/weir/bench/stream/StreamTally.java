package dev.weir.bench.stream;

import java.nio.charset.StandardCharsets;

/**
 * What one reader has seen of one stream: every token once and in order, or it says so. Belongs to
 * the thread of {@link LoadClients}.
 */
final class StreamTally {
  private static final byte[] TEXT = ascii("\"text\":\"");
  private static final byte[] FIRST_INDEX = ascii("\"first_index\":");
  private static final byte[] TOTAL = ascii("\"total\":");

  private final Delays delays;
  private long next;
  private long lost;
  private long doubled;

  StreamTally(Delays delays) {
    this.delays = delays;
  }

  /**
   * Takes a message that has tokens.
   *
   * @param json whose field {@code text} is tokens of {@link BirthMark#LENGTH} characters each
   * @param length of it
   * @param indexed whether {@code first_index} tells where they belong; left out, it is 0
   */
  void tokens(byte[] json, int length, boolean indexed, int nowTicks) {
    int begin = behind(TEXT, json, length);
    if (begin < 0) {
      return; // the events of the OpenAI API: a role, a reason, the usage
    }
    int end = begin;
    while (end < length && json[end] != '"') {
      end++;
    }
    int count = (end - begin) / BirthMark.LENGTH;
    if (count == 0) {
      return;
    }
    if (indexed) {
      place(number(json, behind(FIRST_INDEX, json, length), length), count);
    } else {
      next += count;
    }
    if (delays.isOpen()) {
      delays.record();
      for (int at = begin; at < end; at += BirthMark.LENGTH) {
        delays.token(json[begin] == ' ' ? 0 : BirthMark.age(json, at, nowTicks));
      }
    }
  }

  private void place(long first, int count) {
    if (first > next) {
      lost += first - next;
    } else {
      doubled += Math.min(count, next - first);
    }
    next = Math.max(next, first + count);
  }

  /** Takes the message that tells how many tokens there are. */
  void finished(byte[] json, int length) {
    lost += Math.max(0, number(json, behind(TOTAL, json, length), length) - next);
  }

  /** Tokens up to the last one seen. */
  long seen() {
    return next;
  }

  /** Tokens that were left out. */
  long lost() {
    return lost;
  }

  /** Tokens that came again. */
  long doubled() {
    return doubled;
  }

  private static long number(byte[] json, int at, int length) {
    long number = 0;
    for (int i = at; i >= 0 && i < length && json[i] >= '0' && json[i] <= '9'; i++) {
      number = number * 10 + json[i] - '0';
    }
    return number;
  }

  /** Where a text ends in another one; -1 if it does not occur. */
  static int behind(byte[] what, byte[] in, int length) {
    search:
    for (int i = 0; i <= length - what.length; i++) {
      for (int j = 0; j < what.length; j++) {
        if (in[i + j] != what[j]) {
          continue search;
        }
      }
      return i + what.length;
    }
    return -1;
  }

  /** The text between a name and the next quotation mark; empty if the name does not occur. */
  static String field(String name, byte[] in, int length) {
    int begin = behind(ascii("\"" + name + "\":\""), in, length);
    int end = begin;
    while (begin >= 0 && end < length && in[end] != '"') {
      end++;
    }
    return begin < 0 ? "" : new String(in, begin, end - begin, StandardCharsets.US_ASCII);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
