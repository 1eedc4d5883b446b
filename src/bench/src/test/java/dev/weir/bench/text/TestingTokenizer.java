package dev.weir.bench.text;

import dev.weir.text.Tokenizer;
import java.nio.charset.StandardCharsets;

/** A token for each word, by its hash. */
final class TestingTokenizer implements Tokenizer {
  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    String[] words = text.split(" ");
    int[] ids = new int[words.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.floorMod(words[i].hashCode(), TestingModel.VOCABULARY);
    }
    return ids;
  }

  @Override
  public String decode(int[] ids, boolean withSpecialTokens) {
    throw new UnsupportedOperationException("nothing is decoded whole");
  }

  @Override
  public byte[] bytes(int id) {
    return (" " + id).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public int vocabulary() {
    return TestingModel.VOCABULARY;
  }

  @Override
  public void close() {}
}
