package dev.weir.text.tokenizer;

import dev.weir.text.CheckpointException;
import dev.weir.text.tokenizer.Vocabulary.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Recovers the merges of a SentencePiece BPE vocabulary: every way to make a piece of two others,
 * the piece with the highest score first (as transformers' {@code generate_merges}).
 */
final class SentencePieceMerges {
  /** Two tokens that become one. */
  record Pair(String left, String right) {}

  private record Scored(Pair pair, double score, int leftLength, int rightLength) {}

  /** SentencePiece's longest piece has 16 characters by default; this bounds a hostile one. */
  private static final int MAX_PIECE = 512;

  private SentencePieceMerges() {}

  static List<Pair> of(Vocabulary vocabulary, Map<String, Integer> ids) {
    IntToDoubleFunction scores = vocabulary.scores();
    if (scores == null) {
      throw new CheckpointException(
          vocabulary.source()
              + ": a llama vocabulary needs tokenizer.ggml.scores or tokenizer.ggml.merges");
    }
    List<Scored> merges = new ArrayList<>();
    for (Map.Entry<String, Integer> piece : ids.entrySet()) {
      if (mergeable(vocabulary, piece.getValue()) && piece.getKey().length() <= MAX_PIECE) {
        ways(piece.getKey(), scores.applyAsDouble(piece.getValue()), vocabulary, ids, merges);
      }
    }
    // Stable: equal ones stay in the order of the vocabulary.
    merges.sort(
        Comparator.comparingDouble(Scored::score)
            .thenComparingInt(Scored::leftLength)
            .thenComparingInt(Scored::rightLength)
            .reversed());
    return merges.stream().map(Scored::pair).toList();
  }

  private static void ways(
      String piece,
      double score,
      Vocabulary vocabulary,
      Map<String, Integer> ids,
      List<Scored> merges) {
    List<Scored> ways = new ArrayList<>();
    int characters = piece.codePointCount(0, piece.length());
    int leftLength = 0;
    for (int at = 0; at < piece.length(); ) {
      at += Character.charCount(piece.codePointAt(at));
      leftLength++;
      String left = piece.substring(0, at);
      String right = piece.substring(at);
      Integer leftId = ids.get(left);
      Integer rightId = ids.get(right);
      if (leftId != null
          && rightId != null
          && mergeable(vocabulary, leftId)
          && mergeable(vocabulary, rightId)) {
        ways.add(new Scored(new Pair(left, right), score, leftLength, characters - leftLength));
      }
    }
    ways.sort(
        Comparator.<Scored>comparingInt(way -> id(ids, way.pair().left()))
            .thenComparingInt(way -> id(ids, way.pair().right())));
    merges.addAll(ways);
  }

  private static int id(Map<String, Integer> ids, String token) {
    return ids.getOrDefault(token, 0);
  }

  /** Control tokens, bytes and what users defined are never found by merging. */
  private static boolean mergeable(Vocabulary vocabulary, int id) {
    Kind kind = vocabulary.kinds().apply(id);
    return kind == Kind.NORMAL || kind == Kind.UNUSED;
  }
}
