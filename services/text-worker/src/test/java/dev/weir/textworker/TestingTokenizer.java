package dev.weir.textworker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.engine.TestingLanguageModel;
import dev.weir.text.Tokenizer;
import java.io.ByteArrayOutputStream;

/** Letters are tokens, as {@link TestingLanguageModel} has them; 31 begins a text. */
final class TestingTokenizer implements Tokenizer {
  static final int BEGIN = 31;

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    int[] letters = TestingLanguageModel.tokens(text);
    if (!addSpecialTokens) {
      return letters;
    }
    int[] tokens = new int[letters.length + 1];
    tokens[0] = BEGIN;
    System.arraycopy(letters, 0, tokens, 1, letters.length);
    return tokens;
  }

  @Override
  public String decode(int[] ids, boolean withSpecialTokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(bytes(id));
    }
    return bytes.toString(UTF_8);
  }

  @Override
  public byte[] bytes(int id) {
    return TestingLanguageModel.bytes(id);
  }

  @Override
  public int vocabulary() {
    return 32;
  }

  @Override
  public void close() {}
}
