package dev.weir.image.portrait;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What people type and all that is to be read from it: values, conflicts, words that mean nothing.
 */
final class PromptsTest {
  private static final String PROMPTS =
      """
      # order of colours, shapes and nouns
      on sky with red hair                          | background sky, hairColor red
      red and curly hair                            | hair curly, hairColor red
      red, curly hair                               | hair curly, hairColor red
      curly red hair                                | hair curly, hairColor red
      long red curly hair                           | hair long curly, hairColor red
      long, curly, black hair                       | hair long curly, hairColor black
      the hair is red                               | hairColor red
      hair that is red and curly                    | hair curly, hairColor red
      hair, which is red, and green eyes            | hairColor red, eyesColor green
      her hair is blonde                            | hairColor blond
      her hair is blonde and curly                  | hair curly, hairColor blond
      The hair is red and the eyes are green.       | hairColor red, eyesColor green
      the hair is red and curly, green eyes         | hair curly, hairColor red, eyesColor green
      her hair is, please, red                      | hairColor red
      hair: red, eyes: brown                        | hairColor red, eyesColor brown
      red hair green eyes                           | hairColor red, eyesColor green
      eyes green, hair curly and red                | hair curly, hairColor red, eyesColor green
      a hat in blue and a shirt in red              | clothingColor red, hatColor blue
      His hair is long and curly. It is brown.      | hair long curly, hairColor brown
      a red-haired, green-eyed woman                | hairColor red, eyesColor green
      green eyes, on mint                           | background mint, eyesColor green
      on mint, green eyes                           | background mint, eyesColor green
      brown eyes on a pink background               | background pink, eyesColor brown
      background: night                             | background night
      in front of a lilac backdrop, smiling         | background lilac, mouth smiling
      blue hat on brown hair                        | hairColor brown, hatColor blue
      # names without the noun
      a person with a bob                           | hair bob
      a red bob                                     | hair bob, hairColor red
      a long bob                                    | hair lob
      bowl cut                                      | hair bowl-cut
      a brown bowl cut and green eyes               | hair bowl-cut, hairColor brown, eyesColor green
      v neck                                        | clothing v-neck
      a man in a blue v neck                        | clothing v-neck, clothingColor blue
      a blue turtleneck and red hair                | hairColor red, clothing turtleneck, clothingColor blue
      a smiling blond man                           | hairColor blond, mouth smiling
      flat top, brown eyes                          | hair flat-top, eyesColor brown
      a flat, red top                               | clothingColor red; unread flat
      Widow's peak, black hair                      | hair widows-peak, hairColor black
      red bob smiling                               | hair bob, hairColor red, mouth smiling
      a bob, red. Laughing!                         | hair bob, mouth laughing; unread red
      glasses pigtails are blue                     | hair pigtail, hairColor blue, glasses some
      hair red\\neyes green                         | hairColor red, eyesColor green
      a widows peak                                 | hair widows-peak
      # absence
      no hat, red, curly hair                       | hair curly, hairColor red, hat none
      without hat glasses beard                     | glasses none, hat none, beard none
      she isn’t wearing a hat                       | hat none
      dont draw a hat                               | hat none
      no hat, hatless                               | hat none
      no hat or glasses                             | glasses none, hat none
      no hat, glasses or beard                      | glasses none, hat none, beard none
      without hat, glasses or beard                 | glasses none, hat none, beard none
      without a hat and glasses                     | glasses none, hat none
      no beard and no glasses                       | glasses none, beard none
      neither hat nor earrings                      | hat none, accessories none
      no hat, glasses                               | glasses some, hat none
      no hat and glasses, please                    | glasses some, hat none
      without a hat, with glasses                   | glasses some, hat none
      without a hat, black glasses                  | glassesColor black, hat none
      without a hat but with a beard                | hat none, beard some
      she isn't wearing a hat or earrings           | hat none, accessories none
      a clean-shaven man                            | beard none
      no moustache, curly hair                      | hair curly, beard none
      no sunglasses                                 | glasses none
      no red hat                                    | hat none; unread red
      no shirt                                      | ; unread no shirt
      hair that is not red                          | ; unread not red
      hair: curly, hat: none, glasses: none         | hair curly, glasses none, hat none
      # parts that are named alone
      a hat                                         | hat some
      glasses                                       | glasses some
      a woman with a beard and earrings             | beard some, accessories some
      a hat, a blue hat                             | hatColor blue
      a hat on a sky background, glasses on red hair | background sky, hairColor red, glasses some, hat some
      a hat that is old, a beard that is full       | hat some, beard full; unread old
      a hat, a bob that is red                      | hair bob, hairColor red, hat some
      a hat smiling red                             | mouth smiling, mouthColor red, hat some
      a peaked hat                                  | hat peaked
      hair and eyes                                 |
      # other words for the same
      gray eyes                                     | eyesColor grey
      grey hat                                      | hatColor grey
      golden hair and golden earrings               | hairColor blond, accessoriesColor gold
      a woman with sunglasses                       | glasses tinted rectangular
      wide blue sunglasses                          | glasses tinted wide, glassesColor blue
      a man with a mustache                         | beard moustached
      a full beard                                  | beard full
      brown facial hair                             | beard some; unread brown
      a striped T-shirt                             | clothing striped
      the girl and her brother, pigtails            | hair pigtail; unread brother
      a boy, his lips red                           | mouthColor red
      # what contradicts
      red hair and blue hair                        | hairColor red; hairColor red / blue
      Red or blue hair                              | hairColor red; hairColor Red / blue
      red hair, blue hair, blue hair                | hairColor red; hairColor red / blue
      red hair, red hair                            | hairColor red
      a hat but no hat                              | hat some; hat hat / no hat
      no hat, a red hat                             | hat none; hatColor no hat / red
      a red hat, no hat                             | hatColor red; hatColor red / no hat
      his hair is red, blond and curly              | hair curly, hairColor red; hairColor red / blond
      no beard, a beard                             | beard none; beard no beard / beard
      her hair is red, blond, green and blond       | hairColor red; hairColor red / blond; hairColor red / green
      # what means nothing here
      a blue sword and red hair                     | hairColor red; unread blue sword
      a tall Cyborg with turquoise hair             | ; unread tall Cyborg turquoise
      red                                           | ; unread red
      sci-fi, red-ish hair                          | hairColor red; unread sci-fi ish
      red hair & a smile!                           | hairColor red, mouth smiling
      Portrait of a round face and green eyes       | eyesColor green; unread round
      # as they come
      woman with long blonde hair and blue eyes     | hair long straight, hairColor blond; unread blue
      a pirate in a red beanie, with a big beard    | hatColor red, beard some; unread pirate big
      old man, gray eyes, round glasses, white background | background white, eyesColor grey, glasses some; unread old round
      Smiling girl with pigtails, pink background, no glasses! | background pink, hair pigtail, mouth smiling, glasses none
      guy with black hair wearing sunglasses and a green t-shirt | hairColor black, clothingColor green, glasses tinted rectangular
      bald man with a full beard, brown skin        | skin brown, hair balding, beard full
      navy v-neck, auburn hair                      | hairColor auburn, clothing v-neck, clothingColor navy
      short hair\\nbrown eyes\\nno hat                | eyesColor brown, hat none; unread short
      her eyes are brown today, hair is black       | hairColor black, eyesColor brown; unread today
      the hair is red and a blue sword              | hairColor red; unread blue sword
      blonde green eyed girl                        | hairColor blond, eyesColor green
      no hat, blue turtleneck                       | clothing turtleneck, clothingColor blue, hat none
      no goatee, earrings or hat                    | hat none, beard none, accessories none
      without a beard, smiling                      | mouth smiling, beard none
      hair is not red, green eyes                   | eyesColor green; unread not red
      she is smiling. Hair: red. She is curly.      | hairColor red, mouth smiling; unread curly
      """;

  private final PortraitDesign design = PortraitDesign.builtIn();
  private final PortraitWords words = PortraitWords.builtIn();
  private final CaptionReader reader = new CaptionReader(words);

  @TestFactory
  Stream<DynamicTest> promptsAreReadAsTheyAreMeant() {
    return PROMPTS
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replace("\\n", "\n").split(" *\\| ?", -1))
        .map(cells ->
            DynamicTest.dynamicTest(
                cells[0],
                () -> assertThat(told(reader.read(cells[0]))).isEqualTo(cells[1].strip())));
  }

  /** From all phrases that there are, in any order, with some that are none. */
  @Test
  void anyWordsAreReadAsSomethingThatCanBe() throws IOException {
    List<String> phrases =
        new ArrayList<>(List.of("sword", "sci-fi", "\uD83D\uDE00", "'", "-", "é"));
    for (String file : List.of("words.tsv", "spoken.tsv")) {
      try (InputStream in = Objects.requireNonNull(Lexicon.class.getResourceAsStream(file))) {
        new String(in.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split("\t", -1))
            .forEach(cells -> phrases.addAll(Arrays.asList(cells).subList(2, cells.length)));
      }
    }
    Random random = new Random(11);
    for (int n = 0; n < 30_000; n++) {
      List<String> some =
          Stream.generate(() -> phrases.get(random.nextInt(phrases.size())))
              .limit(random.nextInt(12))
              .toList();
      String prompt = String.join(" ", some);
      CaptionReading reading = reader.read(prompt);
      told(reading);
      assertThat(reader.read(prompt)).isEqualTo(reading);
      assertThat(reader.read(prompt.toUpperCase(Locale.ROOT)).values()).isEqualTo(reading.values());
      int at = 0;
      for (String word : reading.unread()) { // in their order
        at = prompt.indexOf(word, at) + word.length();
        assertThat(at).as(prompt).isGreaterThanOrEqualTo(word.length());
      }
      for (CaptionReading.Conflict conflict : reading.conflicts()) {
        boolean named = reading.present().contains(conflict.attribute());
        boolean valued = reading.values()[conflict.attribute()] != CaptionReading.UNSAID;
        assertThat(named || valued).as(prompt).isTrue();
      }
    }
  }

  /** Work that grows with the square of the length would take many minutes. */
  @ParameterizedTest
  @ValueSource(strings = {",", "curly,", "no hat, glasses,", "hair is red", "smiling blond", "-a"})
  @Timeout(60)
  void aLongPromptIsReadToItsEnd(String words) {
    String prompt = "no hat " + (words + " ").repeat(100_000) + "and green eyes";
    assertThat(reader.read(prompt).values()[design.attribute("eyesColor")])
        .isEqualTo(reader.read("green eyes").values()[design.attribute("eyesColor")]);
  }

  /** All of a reading: values in the order of their attributes; conflicts; what was not read. */
  private String told(CaptionReading reading) {
    List<String> values = new ArrayList<>();
    int[] said = reading.values();
    for (int i = 0; i < said.length; i++) {
      Attribute attribute = design.attributes().get(i);
      boolean none = attribute.optional() && said[i] == 0;
      assertThat(none).isEqualTo(attribute.optional() && said[design.partOf(i)] == 0);
      if (reading.present().contains(i)) {
        assertThat(said[i]).isEqualTo(CaptionReading.UNSAID);
        values.add(name(i) + " some");
      } else if (none && design.partOf(i) == i) {
        values.add(name(i) + " none");
      } else if (said[i] != CaptionReading.UNSAID && !none) {
        values.add(name(i) + " " + words.name(i, said[i]));
      }
    }
    List<String> all = new ArrayList<>(List.of(String.join(", ", values)));
    reading.conflicts().stream()
        .map(of -> name(of.attribute()) + " " + of.kept() + " / " + of.other())
        .forEach(all::add);
    if (!reading.unread().isEmpty()) {
      all.add("unread " + String.join(" ", reading.unread()));
    }
    return String.join("; ", all);
  }

  private String name(int attribute) {
    String name = design.attributes().get(attribute).name();
    return Arrays.asList("backgroundColor", "skinColor").contains(name)
        ? name.substring(0, name.length() - 5)
        : name;
  }
}
