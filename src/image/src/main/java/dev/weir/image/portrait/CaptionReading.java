package dev.weir.image.portrait;

import java.util.Arrays;
import java.util.List;

/**
 * What a caption says.
 *
 * @param values of each attribute; {@link #UNSAID} where it says nothing
 * @param unknown words that mean nothing here, in their order
 */
@SuppressWarnings("ArrayRecordComponent") // compared by value below
public record CaptionReading(int[] values, List<String> unknown) {
  public static final int UNSAID = -1;

  public CaptionReading {
    values = values.clone();
    unknown = List.copyOf(unknown);
  }

  @Override
  public int[] values() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CaptionReading reading
        && Arrays.equals(values, reading.values)
        && unknown.equals(reading.unknown);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(values) + unknown.hashCode();
  }

  @Override
  public String toString() {
    return Arrays.toString(values) + " " + unknown;
  }
}
