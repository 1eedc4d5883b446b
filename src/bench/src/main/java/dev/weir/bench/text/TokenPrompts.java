package dev.weir.bench.text;

import dev.weir.bench.Prompts;
import dev.weir.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Prompts of a given number of tokens, each different from its first words on. */
final class TokenPrompts {
  private final Tokenizer tokenizer;

  TokenPrompts(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  int[] prompt(int number, int tokens) {
    StringBuilder text = new StringBuilder("Story number ").append(number).append(':');
    for (int part = 0; ; part++) {
      text.append(' ').append(Prompts.story(1_000 * part + number));
      int[] ids = tokenizer.encode(text.toString(), false);
      // The last token could have been another one, had the text gone on.
      if (ids.length > tokens) {
        return Arrays.copyOf(ids, tokens);
      }
    }
  }

  /** The first {@code count} prompts. */
  List<int[]> prompts(int count, int tokens) {
    return IntStream.range(0, count).mapToObj(number -> prompt(number, tokens)).toList();
  }
}
