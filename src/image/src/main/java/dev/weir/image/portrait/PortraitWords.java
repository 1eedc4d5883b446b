package dev.weir.image.portrait;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Plain names of all values, one each, and the nouns of parts: {@code words.tsv}. */
public final class PortraitWords {
  private static final PortraitWords BUILT_IN = new PortraitWords(PortraitDesign.builtIn());

  private final PortraitDesign design;
  private final Map<String, List<String>> nouns = new HashMap<>();
  private final Map<String, Map<String, String>> names = new HashMap<>();

  private PortraitWords(PortraitDesign design) {
    this.design = design;
    try (InputStream file = PortraitWords.class.getResourceAsStream("words.tsv")) {
      if (file == null) {
        throw new IllegalStateException("words.tsv is not in this build");
      }
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
        lines.lines().filter(line -> !line.startsWith("#")).forEach(this::read);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("words.tsv cannot be read", e);
    }
  }

  private void read(String line) {
    String[] cells = line.split("\t", -1);
    if (cells[1].equals("nouns")) {
      nouns.put(cells[0], List.of(cells[2].split(" ")));
    } else {
      names.computeIfAbsent(cells[0], ignored -> new HashMap<>()).put(cells[1], cells[2]);
    }
  }

  /** The words for the design of the built-in models. */
  public static PortraitWords builtIn() {
    return BUILT_IN;
  }

  PortraitDesign design() {
    return design;
  }

  /**
   * The name of a value, one word or several.
   *
   * @throws IllegalArgumentException for absence, which has none
   */
  public String name(int attribute, int value) {
    Attribute of = design.attributes().get(attribute);
    String key = of.values().get(value);
    String name = names.getOrDefault(of.name(), Map.of()).get(key);
    if (name == null) {
      throw new IllegalArgumentException("%s %s has no name".formatted(of.name(), key));
    }
    return name;
  }

  /** The nouns of what an attribute is of, the usual one first. */
  List<String> nouns(int attribute) {
    List<String> found = nouns.get(design.attributes().get(design.partOf(attribute)).name());
    if (found == null) {
      throw new IllegalStateException(
          design.attributes().get(attribute).name() + " has no nouns in words.tsv");
    }
    return found;
  }
}
