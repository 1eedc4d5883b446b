package dev.weir.image.portrait;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All phrases that are read: the words of captions and those of {@code spoken.tsv}. */
final class Lexicon {
  private final PortraitWords words;
  private final PortraitDesign design;
  private final Map<String, Meaning> meanings = new HashMap<>();
  private int longest;

  /**
   * A value that a phrase can mean.
   *
   * @param alone whether it needs no noun of its part beside it
   */
  record Value(int attribute, int value, boolean alone) {}

  /**
   * What a phrase means.
   *
   * @param part that a {@link Role#NOUN} names
   * @param values that a {@link Role#VALUE} can be, of different attributes
   */
  record Meaning(Role role, int part, List<Value> values) {
    static final Meaning UNKNOWN = new Meaning(Role.UNKNOWN, -1, List.of());

    Meaning {
      values = List.copyOf(values);
    }
  }

  Lexicon(PortraitWords words) {
    this.words = words;
    this.design = words.design();
    for (int i = 0; i < design.attributes().size(); i++) {
      if (design.partOf(i) == i) {
        nouns(i, words.nouns(i));
      }
      Attribute attribute = design.attributes().get(i);
      for (int v = attribute.first(); v < attribute.values().size(); v++) {
        value(words.name(i, v), new Value(i, v, false));
      }
    }
    try (InputStream file = Lexicon.class.getResourceAsStream("spoken.tsv")) {
      if (file == null) {
        throw new IllegalStateException("spoken.tsv is not in this build");
      }
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
        lines.lines().filter(line -> !line.startsWith("#")).forEach(this::read);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("spoken.tsv cannot be read", e);
    }
  }

  PortraitDesign design() {
    return design;
  }

  /** Pieces of the longest phrase. */
  int longest() {
    return longest;
  }

  /** What a phrase means as a whole: lower-case pieces with a blank between them. */
  @Nullable Meaning meaning(String phrase) {
    return meanings.get(phrase);
  }

  /** The value of a part, its shape or its colour, that a phrase means. */
  @Nullable Value valueOf(String phrase, int part) {
    Meaning meaning = meanings.get(phrase);
    if (meaning != null) {
      for (Value value : meaning.values()) {
        if (design.partOf(value.attribute()) == part) {
          return value;
        }
      }
    }
    return null;
  }

  private void read(String line) {
    String[] cells = line.split("\t", -1);
    switch (cells[0]) {
      case "word" -> {
        Role role = Role.valueOf(cells[1].toUpperCase(Locale.ROOT));
        from(cells, 2).forEach(phrase -> put(phrase, new Meaning(role, -1, List.of())));
      }
      case "noun" -> nouns(design.attribute(cells[1]), from(cells, 2));
      case "beside", "alone" -> {
        int attribute = design.attribute(cells[1]);
        int value = named(attribute, cells[2]);
        boolean alone = cells[0].equals("alone");
        from(cells, 3).forEach(phrase -> value(phrase, new Value(attribute, value, alone)));
      }
      default -> throw new IllegalStateException("spoken.tsv has a row of " + cells[0]);
    }
  }

  private static List<String> from(String[] cells, int first) {
    return Arrays.asList(cells).subList(first, cells.length);
  }

  private int named(int attribute, String name) {
    Attribute of = design.attributes().get(attribute);
    if (of.optional() && name.equals("none")) {
      return 0;
    }
    for (int v = of.first(); v < of.values().size(); v++) {
      if (words.name(attribute, v).equals(name)) {
        return v;
      }
    }
    throw new IllegalStateException("spoken.tsv: %s is never %s".formatted(of.name(), name));
  }

  private void nouns(int part, List<String> phrases) {
    phrases.forEach(phrase -> put(phrase, new Meaning(Role.NOUN, part, List.of())));
  }

  private void put(String phrase, Meaning meaning) {
    if (meanings.put(key(phrase), meaning) != null) {
      throw new IllegalStateException("'%s' has two meanings".formatted(phrase));
    }
  }

  /** Adds a value; one for the same part takes the place of what was there. */
  private void value(String phrase, Value value) {
    String key = key(phrase);
    Meaning before = meanings.getOrDefault(key, new Meaning(Role.VALUE, -1, List.of()));
    if (before.role() != Role.VALUE) {
      throw new IllegalStateException("'%s' has two meanings".formatted(phrase));
    }
    List<Value> values = new ArrayList<>(before.values());
    values.removeIf(other -> {
      boolean same = design.partOf(other.attribute()) == design.partOf(value.attribute());
      if (same && (other.value() != value.value() || other.attribute() != value.attribute())) {
        throw new IllegalStateException("'%s' has two meanings".formatted(phrase));
      }
      return same;
    });
    values.add(value);
    meanings.put(key, new Meaning(Role.VALUE, -1, values));
  }

  private String key(String phrase) {
    List<Prompt.Piece> pieces = Prompt.pieces(phrase);
    longest = Math.max(longest, pieces.size());
    return pieces.stream().map(Prompt.Piece::text).collect(Collectors.joining(" "));
  }
}
