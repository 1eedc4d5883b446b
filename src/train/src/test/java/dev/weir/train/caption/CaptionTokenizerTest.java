package dev.weir.train.caption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.text.Tokenizer;
import dev.weir.text.tokenizer.TokenizerJson;
import dev.weir.text.tokenizer.Vocabulary;
import dev.weir.text.tokenizer.VocabularyTokenizer;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CaptionTokenizerTest {
  private static final BytePairs PAIRS = CaptionTokenizer.pairs();

  @TempDir Path folder;

  /** A thousand captions, all they begin with among them, and what nobody writes. */
  private static List<String> texts() {
    PortraitCaptions captions = new PortraitCaptions(Use.TEST_PICTURES, 5);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      String caption = captions.at(i);
      texts.add(caption);
      texts.add(caption.substring(0, caption.length() / 2));
    }
    texts.addAll(
        List.of(
            "",
            " ",
            "  two  blanks ",
            "Ein Porträt, 12% \"größer\"!",
            "日本 🙂\u200d🙂\n\tx",
            "it's\u00a0they'll"));
    return texts;
  }

  private static void assertAlike(Tokenizer library) {
    BytePairs.Encoder own = new BytePairs.Encoder(PAIRS);
    for (String text : texts()) {
      int[] ids = own.encode(text);
      assertThat(library.encode(text, false)).as(text).isEqualTo(ids);
      assertThat(library.decode(ids)).isEqualTo(text);
      int[] begun = library.encode(text, true);
      assertThat(begun[0]).isEqualTo(BytePairs.END_ID);
      assertThat(begun).hasSize(ids.length + 1).endsWith(ids);
    }
    assertThat(library.vocabulary()).isEqualTo(PAIRS.tokens().size());
    assertThat(library.encode(BytePairs.END, false)).containsExactly(BytePairs.END_ID);
    assertThat(library.bytes(BytePairs.END_ID)).isEmpty();
  }

  @Test
  void theTokenizersLibraryReadsTheFileAlike() throws IOException {
    Path file = folder.resolve(TokenizerJson.FILE_NAME);
    Files.writeString(file, CaptionTokenizer.json(PAIRS).toString());
    try (Tokenizer library = TokenizerJson.read(file)) {
      assertAlike(library);
    }
  }

  @Test
  void aVocabularyAsAGgufCarriesItIsReadAlike() {
    Vocabulary vocabulary =
        new Vocabulary(
            "captions",
            "gpt2",
            "gpt-2",
            PAIRS.tokens(),
            id -> id == BytePairs.END_ID ? Vocabulary.Kind.CONTROL : Vocabulary.Kind.NORMAL,
            null,
            PAIRS.merges().stream()
                .map(merge ->
                    PAIRS.tokens().get(merge.left()) + " " + PAIRS.tokens().get(merge.right()))
                .toList(),
            BytePairs.END_ID,
            BytePairs.END_ID,
            -1,
            true,
            false,
            null);
    try (Tokenizer library = VocabularyTokenizer.build(vocabulary)) {
      assertAlike(library);
    }
  }

  @Test
  void wordsOfCaptionsAreTokens() {
    assertThat(PAIRS.tokens().size()).isBetween(512, CaptionTokenizer.SIZE);
    PortraitCaptions captions = new PortraitCaptions(Use.VALIDATION, 3);
    BytePairs.Encoder encoder = new BytePairs.Encoder(PAIRS);
    List<String> words =
        IntStream.range(0, 1000)
            .boxed()
            .flatMap(i -> BytePairs.words(captions.at(i)).stream())
            .toList();
    long whole = words.stream().filter(word -> encoder.encode(word).length == 1).count();
    assertThat((double) whole / words.size()).isGreaterThan(0.99);
  }
}
