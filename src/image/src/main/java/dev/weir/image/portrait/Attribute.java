package dev.weir.image.portrait;

import java.util.List;

/**
 * What a portrait has one value of: a part's shape or a colour.
 *
 * @param name as the generator has it: {@code hair}, {@code hairColor}
 * @param optional whether value 0 is its absence
 * @param colour whether its values are colours, {@code rrggbb}
 * @param values as the generator has them
 */
public record Attribute(String name, boolean optional, boolean colour, List<String> values) {
  public Attribute {
    values = List.copyOf(values);
  }

  /** The first value that is not absence. */
  public int first() {
    return optional ? 1 : 0;
  }

  /** How many values it has beside absence. */
  public int choices() {
    return values.size() - first();
  }
}
