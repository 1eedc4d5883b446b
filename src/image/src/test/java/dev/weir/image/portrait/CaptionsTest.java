package dev.weir.image.portrait;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CaptionsTest {
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final PortraitWords words = PortraitWords.builtIn();
  private final Captions captions = new Captions(words);
  private final CaptionReader reader = new CaptionReader(words);
  private final PortraitSampler sampler = new PortraitSampler(design);

  @Test
  void everyValueHasANameOfItsOwn() {
    for (int i = 0; i < design.attributes().size(); i++) {
      Set<String> names = new HashSet<>();
      Attribute attribute = design.attributes().get(i);
      for (int v = attribute.first(); v < attribute.values().size(); v++) {
        assertThat(names.add(words.name(i, v))).as("%s %d", attribute.name(), v).isTrue();
      }
    }
  }

  @Test
  void whateverIsWrittenIsReadAgain() {
    Random random = new Random(5);
    Set<String> beginnings = new HashSet<>();
    for (int n = 0; n < 20_000; n++) {
      Portrait portrait = sampler.draw(1, n);
      boolean[] said = new boolean[design.attributes().size()];
      double share = random.nextDouble();
      for (int i = 0; i < said.length; i++) {
        said[i] = random.nextDouble() < share;
      }
      String caption = captions.write(portrait, said, random);
      CaptionReading expected =
          new CaptionReading(captions.sayable(portrait, said), Set.of(), List.of(), List.of());
      assertThat(reader.read(caption)).as(caption).isEqualTo(expected);
      assertThat(reader.read(caption.toUpperCase(java.util.Locale.ROOT))).isEqualTo(expected);
      beginnings.add(caption.split(" ", -1)[0]);
    }
    assertThat(beginnings).contains("portrait", "a", "Pixel");
  }

  private int[] read(String caption) {
    return reader.read(caption).values();
  }

  private String value(int[] values, String attribute) {
    int at = design.attribute(attribute);
    return values[at] == CaptionReading.UNSAID
        ? "unsaid"
        : values[at] == 0 && design.attributes().get(at).optional()
            ? "none"
            : words.name(at, values[at]);
  }

  @Test
  void peopleWriteFreely() {
    int[] values = read("Someone in a navy turtleneck shirt, red curly hair, no specs! On mint");
    assertThat(value(values, "clothing")).isEqualTo("turtleneck");
    assertThat(value(values, "clothingColor")).isEqualTo("navy");
    assertThat(value(values, "hair")).isEqualTo("curly");
    assertThat(value(values, "hairColor")).isEqualTo("red");
    assertThat(value(values, "glasses")).isEqualTo("none");
    assertThat(value(values, "glassesColor")).isEqualTo("none");
    assertThat(value(values, "backgroundColor")).isEqualTo("mint");
    assertThat(value(values, "hat")).isEqualTo("unsaid");
  }

  @Test
  void theLongestNameIsMeant() {
    assertThat(value(read("a v-neck top"), "clothing")).isEqualTo("v-neck");
    assertThat(value(read("a trimmed v-neck top"), "clothing")).isEqualTo("trimmed v-neck");
  }

  @Test
  void whatIsNotKnownIsNamed() {
    CaptionReading reading = reader.read("a cyborg with turquoise hair and a sword, sad");
    assertThat(reading.unread()).containsExactly("cyborg", "turquoise", "sword", "sad");
    assertThat(reader.read("").unread()).isEmpty();
    assertThat(reader.read("\u0000 \uD83D\uDE00 -- '\"").unread()).isEmpty();
  }
}
