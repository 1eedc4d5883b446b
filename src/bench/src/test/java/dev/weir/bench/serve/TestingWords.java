package dev.weir.bench.serve;

import dev.weir.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Each word is a token. Those of the vocabulary are three letters, {@code aaa} to {@code zzz};
 * every other one shares the last id, but {@code harbor}, which is two tokens. Of four ids one is
 * no word, and two are the same one with and without its space.
 */
record TestingWords(int vocabulary) implements Tokenizer {
  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    return Arrays.stream(text.replace("harbor", "har bor").split(" ")).mapToInt(this::id).toArray();
  }

  private int id(String word) {
    int id = 0;
    for (int i = 0; i < word.length() && word.length() == 3; i++) {
      id = id * 26 + word.charAt(i) - 'a';
    }
    return word.length() == 3 && id < vocabulary ? id : vocabulary - 1;
  }

  @Override
  public String decode(int[] ids, boolean withSpecialTokens) {
    throw new UnsupportedOperationException("nothing is decoded");
  }

  @Override
  public byte[] bytes(int id) {
    int of = id % 4 == 1 ? id + 1 : id;
    String word =
        "" + (char) ('a' + of / 676) + (char) ('a' + of / 26 % 26) + (char) ('a' + of % 26);
    return (id % 4 == 0 ? "\u00e9" : id % 4 == 1 ? word : " " + word)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {}
}
