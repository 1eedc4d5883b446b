package dev.weir.image.portrait;

import java.util.Arrays;
import java.util.List;

/** One value of each attribute of a design, by its place: what a full caption says. */
public final class Portrait {
  private final byte[] values;

  private Portrait(byte[] values) {
    this.values = values;
  }

  /**
   * A portrait of a design.
   *
   * @param values one for each attribute, 0 for an absent part and for its colour
   * @throws IllegalArgumentException if an attribute has no such value, or an absent part a colour
   */
  public static Portrait of(PortraitDesign design, int... values) {
    List<Attribute> attributes = design.attributes();
    if (values.length != attributes.size()) {
      throw new IllegalArgumentException(
          "a portrait has %d values, not %d".formatted(attributes.size(), values.length));
    }
    byte[] kept = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      Attribute attribute = attributes.get(i);
      if (values[i] < 0 || values[i] >= attribute.values().size()) {
        throw new IllegalArgumentException(
            "%s is %d, must be 0 to %d"
                .formatted(attribute.name(), values[i], attribute.values().size() - 1));
      }
      kept[i] = (byte) values[i];
    }
    for (int i = 0; i < values.length; i++) {
      int part = design.partOf(i);
      if (part != i && attributes.get(part).optional() && values[part] == 0 != (values[i] == 0)) {
        throw new IllegalArgumentException(
            "%s is %d where %s is %d: a part has a colour where it is there, and only there"
                .formatted(
                    attributes.get(i).name(),
                    values[i],
                    attributes.get(part).name(),
                    values[part]));
      }
    }
    return new Portrait(kept);
  }

  public int value(int attribute) {
    return values[attribute];
  }

  /** A copy: [attributes]. */
  public int[] values() {
    int[] copy = new int[values.length];
    Arrays.setAll(copy, i -> values[i]);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Portrait portrait && Arrays.equals(values, portrait.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
