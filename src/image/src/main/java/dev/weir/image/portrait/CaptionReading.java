package dev.weir.image.portrait;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What a caption says.
 *
 * @param values of each attribute, the first that was said of it; {@link #UNSAID} where it says
 *     nothing. A part that may be absent is there, whatever it is like, if its colour is said
 * @param present parts that may be absent and are asked for with neither shape nor colour ("a
 *     hat"): their values are open, but absence is none of them
 * @param conflicts what was said against the values, in its order
 * @param unread words that the reading makes no use of, as they were written and in their order:
 *     those that mean nothing here, and those that mean nothing in their place ("purple" of hair)
 */
@SuppressWarnings("ArrayRecordComponent") // compared by value below
public record CaptionReading(
    int[] values, Set<Integer> present, List<Conflict> conflicts, List<String> unread) {
  public static final int UNSAID = -1;

  /**
   * Two values that one attribute cannot have.
   *
   * @param kept the words that count
   * @param other the words that came later and do not, both as they were written
   */
  public record Conflict(int attribute, String kept, String other) {}

  public CaptionReading {
    values = values.clone();
    present = Set.copyOf(present);
    conflicts = List.copyOf(conflicts);
    unread = List.copyOf(unread);
  }

  @Override
  public int[] values() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CaptionReading reading
        && Arrays.equals(values, reading.values)
        && present.equals(reading.present)
        && conflicts.equals(reading.conflicts)
        && unread.equals(reading.unread);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(values) + unread.hashCode();
  }

  @Override
  public String toString() {
    return "%s present %s conflicts %s unread %s"
        .formatted(Arrays.toString(values), present, conflicts, unread);
  }
}
