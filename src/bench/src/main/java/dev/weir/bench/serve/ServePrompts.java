package dev.weir.bench.serve;

import dev.weir.bench.Prompts;
import dev.weir.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prompts of one length in tokens, each with a first token that no other has: whatever a server
 * keeps of one, no prefix of another is in it. They are drawn anew for each run, for a server may
 * know those of the last one. Used by one thread.
 */
final class ServePrompts {
  /** A word of several tokens does not always fit into what is left. */
  private static final int TRIES = 1_000;

  private final Tokenizer tokenizer;
  private final int tokens;
  private final Random random;
  private final List<Integer> beginnings;
  private final Set<Integer> begun = new HashSet<>();
  private final List<String> prompts = new ArrayList<>();
  private int next;

  /**
   * @param tokens of each prompt, with those that the tokenizer adds by itself
   */
  ServePrompts(Tokenizer tokenizer, int tokens, long seed) {
    this.tokenizer = tokenizer;
    this.tokens = tokens;
    this.random = new Random(seed);
    this.beginnings =
        IntStream.range(0, tokenizer.vocabulary())
            .boxed()
            .collect(Collectors.toCollection(ArrayList::new));
    Collections.shuffle(beginnings, random);
  }

  /**
   * Prompts by their number; the same whenever they are asked for.
   *
   * @throws IllegalArgumentException if the vocabulary has not enough words
   */
  List<String> range(int first, int count) {
    while (prompts.size() < first + count) {
      prompts.add(another());
    }
    return List.copyOf(prompts.subList(first, first + count));
  }

  private String another() {
    while (next < beginnings.size()) {
      String word = new String(tokenizer.bytes(beginnings.get(next++)), StandardCharsets.UTF_8);
      if (!word.strip().matches("[A-Za-z]{2,}")) {
        continue;
      }
      String prompt = filled(word.strip());
      if (begun.add(tokenizer.encode(prompt, false)[0])) {
        return prompt;
      }
    }
    throw new IllegalArgumentException(
        "the vocabulary has %d words to begin a prompt with, more prompts are needed"
            .formatted(prompts.size()));
  }

  private String filled(String beginning) {
    StringBuilder text = new StringBuilder(beginning);
    for (int i = 0; i < TRIES; i++) {
      String longer = text + " " + Prompts.word(random);
      int length = tokenizer.encode(longer, true).length;
      if (length <= tokens) {
        text.setLength(0);
        text.append(longer);
      }
      if (length == tokens) {
        return longer;
      }
    }
    throw new IllegalArgumentException("no prompt has %d tokens".formatted(tokens));
  }
}
