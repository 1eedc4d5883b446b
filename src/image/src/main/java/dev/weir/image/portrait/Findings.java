package dev.weir.image.portrait;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was found so far, by whose words; of what excludes another the first is kept. */
final class Findings {
  private final PortraitDesign design;
  private final int[] values;
  private final @Nullable String[] said; // the words of each value
  private final @Nullable String[] named; // the words of a part that is asked for
  private final Set<CaptionReading.Conflict> conflicts = new LinkedHashSet<>(); // each once

  Findings(PortraitDesign design) {
    this.design = design;
    this.values = new int[design.attributes().size()];
    this.said = new String[values.length];
    this.named = new String[values.length];
    Arrays.fill(values, CaptionReading.UNSAID);
  }

  boolean optional(int part) {
    return design.attributes().get(part).optional();
  }

  /** Words name a part. */
  void name(int part, String words) {
    if (!optional(part)) {
      return;
    }
    if (values[part] == 0) {
      conflict(part, said[part], words);
    } else if (named[part] == null) {
      named[part] = words;
    }
  }

  /** Words give a value. */
  void value(int attribute, int value, String words) {
    int part = design.partOf(attribute);
    if (optional(part) && value == 0) {
      absent(part, words);
    } else if (values[attribute] == CaptionReading.UNSAID) {
      values[attribute] = value;
      said[attribute] = words;
    } else if (values[attribute] != value) {
      conflict(attribute, said[attribute], words);
    }
  }

  /** Words take a part away, and its colour with it. */
  void absent(int part, String words) {
    if (values[part] == 0) {
      return;
    }
    for (int i = 0; i < values.length; i++) {
      if (design.partOf(i) == part && values[i] != CaptionReading.UNSAID) {
        conflict(i, said[i], words);
        return;
      }
    }
    if (named[part] != null) {
      conflict(part, named[part], words);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      if (design.partOf(i) == part) {
        values[i] = 0;
        said[i] = words;
      }
    }
  }

  private void conflict(int attribute, @Nullable String kept, String other) {
    if (kept != null) { // what has a value has words
      conflicts.add(new CaptionReading.Conflict(attribute, kept, other));
    }
  }

  CaptionReading reading(List<String> unread) {
    Set<Integer> present = new HashSet<>();
    for (int part = 0; part < values.length; part++) {
      if (named[part] != null) {
        present.add(part);
      }
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i] != CaptionReading.UNSAID) {
        present.remove(design.partOf(i));
      }
    }
    return new CaptionReading(values, present, List.copyOf(conflicts), unread);
  }
}
