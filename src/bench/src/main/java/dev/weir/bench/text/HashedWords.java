package dev.weir.bench.text;

import dev.weir.text.Tokenizer;
import java.nio.charset.StandardCharsets;

/**
 * A token for each word, by its hash: for models whose text means nothing.
 *
 * @param vocabulary number of ids
 */
record HashedWords(int vocabulary) implements Tokenizer {
  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    String[] words = text.split(" ");
    int[] ids = new int[words.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.floorMod(words[i].hashCode(), vocabulary);
    }
    return ids;
  }

  @Override
  public String decode(int[] ids, boolean withSpecialTokens) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(new String(bytes(id), StandardCharsets.UTF_8));
    }
    return text.toString();
  }

  @Override
  public byte[] bytes(int id) {
    return (" " + id).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {}
}
