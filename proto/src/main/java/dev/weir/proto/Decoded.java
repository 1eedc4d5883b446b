package dev.weir.proto;

import java.util.List;

/**
 * A record and what in it nobody knows: written by a newer version, or mistyped.
 *
 * @param unknownFields paths of the first of them, at most {@link #MOST_PATHS}
 * @param unknownCount how many there are
 */
public record Decoded<T>(T message, List<String> unknownFields, int unknownCount) {
  public static final int MOST_PATHS = 32;

  public Decoded {
    unknownFields = List.copyOf(unknownFields);
  }

  static <T> Decoded<T> known(T message) {
    return new Decoded<>(message, List.of(), 0);
  }
}
