package dev.weir.train.caption;

import dev.weir.text.tokenizer.ByteAlphabet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A byte-level byte-pair encoding (Sennrich et al. 2016; GPT-2): text is cut into words, a word is
 * its bytes, and pairs of neighbours are merged in the order in which they were learned.
 *
 * @param tokens by id: {@link #END}, the 256 bytes, what was merged; in {@link ByteAlphabet}
 * @param merges the first one merged first
 */
record BytePairs(List<String> tokens, List<Merge> merges) {
  /** The end of a text, and what comes before one; its id is 0. */
  static final String END = "<|endoftext|>";

  static final int END_ID = 0;
  private static final int FIRST_BYTE = 1;
  private static final int BYTES = 256;

  /** A pair that is seen only once is no pair to learn. */
  private static final long LEAST_COUNT = 2;

  /** GPT-2's expression, which the tokenizers library has built in. */
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  /** Two tokens that become one, by their ids. */
  record Merge(int left, int right, int merged) {
    long pair() {
      return pair(left, right);
    }

    static long pair(int left, int right) {
      return (long) left << 32 | right;
    }
  }

  /** A word of the texts that are learned from, as it is by now. */
  private static final class Seen {
    int[] ids;
    final long count;

    Seen(int[] ids, long count) {
      this.ids = ids;
      this.count = count;
    }
  }

  BytePairs {
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
  }

  /**
   * Learns from texts: the pair that is there most often is merged next; of equal ones that with
   * the smaller ids.
   *
   * @param size tokens to have at most; fewer where no pair is there twice
   */
  static BytePairs learn(List<String> texts, int size) {
    Map<String, Long> counts = new TreeMap<>();
    texts.forEach(text -> words(text).forEach(word -> counts.merge(word, 1L, Long::sum)));
    List<Seen> seen = new ArrayList<>();
    counts.forEach((word, count) -> seen.add(new Seen(bytes(word), count)));
    List<String> tokens = new ArrayList<>();
    tokens.add(END);
    for (int b = 0; b < BYTES; b++) {
      tokens.add(ByteAlphabet.text(new byte[] {(byte) b}));
    }
    List<Merge> merges = new ArrayList<>();
    while (tokens.size() < size) {
      Map<Long, Long> pairs = new TreeMap<>(); // by left id, then by right id
      for (Seen word : seen) {
        for (int i = 1; i < word.ids.length; i++) {
          pairs.merge(Merge.pair(word.ids[i - 1], word.ids[i]), word.count, Long::sum);
        }
      }
      long most = pairs.values().stream().mapToLong(Long::longValue).max().orElse(0);
      if (most < LEAST_COUNT) {
        break;
      }
      long best = 0;
      for (Map.Entry<Long, Long> entry : pairs.entrySet()) {
        if (entry.getValue() == most) {
          best = entry.getKey();
          break;
        }
      }
      merges.add(merge(best, tokens));
      for (Seen word : seen) {
        word.ids = merged(word.ids, merges.getLast());
      }
    }
    return new BytePairs(tokens, merges);
  }

  /** Two pairs may make the same token. */
  private static Merge merge(long pair, List<String> tokens) {
    int left = (int) (pair >>> 32);
    int right = (int) pair;
    String token = tokens.get(left) + tokens.get(right);
    int id = tokens.indexOf(token);
    if (id < 0) {
      id = tokens.size();
      tokens.add(token);
    }
    return new Merge(left, right, id);
  }

  /** The words of a text, with the blank before each. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  private static int[] bytes(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    Arrays.setAll(ids, i -> FIRST_BYTE + Byte.toUnsignedInt(bytes[i]));
    return ids;
  }

  /** Each occurrence of the pair is one token, from the left. */
  private static int[] merged(int[] ids, Merge merge) {
    int[] out = new int[ids.length];
    int n = 0;
    for (int i = 0; i < ids.length; i++) {
      boolean pair = i + 1 < ids.length && ids[i] == merge.left && ids[i + 1] == merge.right;
      out[n++] = pair ? merge.merged : ids[i];
      i += pair ? 1 : 0;
    }
    return n == ids.length ? ids : Arrays.copyOf(out, n);
  }

  /** Encodes words. Not safe for use by several threads. */
  static final class Encoder {
    private static final int MOST_KNOWN_WORDS = 4096;

    private final BytePairs pairs;
    private final Map<Long, Integer> ranks = new HashMap<>();
    private final Map<String, int[]> known = new HashMap<>();

    Encoder(BytePairs pairs) {
      this.pairs = pairs;
      for (int rank = 0; rank < pairs.merges.size(); rank++) {
        ranks.put(pairs.merges.get(rank).pair(), rank);
      }
    }

    /** The ids of a text, {@link #END_ID} not among them. */
    int[] encode(String text) {
      List<int[]> all = words(text).stream().map(this::ofWord).toList();
      return all.stream().flatMapToInt(Arrays::stream).toArray();
    }

    private int[] ofWord(String word) {
      int[] ids = known.get(word);
      if (ids == null) {
        ids = bytes(word);
        for (int rank = lowest(ids); rank < Integer.MAX_VALUE; rank = lowest(ids)) {
          ids = merged(ids, pairs.merges.get(rank));
        }
        if (known.size() < MOST_KNOWN_WORDS) {
          known.put(word, ids);
        }
      }
      return ids;
    }

    private int lowest(int[] ids) {
      int lowest = Integer.MAX_VALUE;
      for (int i = 1; i < ids.length; i++) {
        long pair = Merge.pair(ids[i - 1], ids[i]);
        lowest = Math.min(lowest, ranks.getOrDefault(pair, Integer.MAX_VALUE));
      }
      return lowest;
    }
  }
}
