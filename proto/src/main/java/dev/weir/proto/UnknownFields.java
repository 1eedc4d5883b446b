package dev.weir.proto;

import java.util.ArrayList;
import java.util.List;

/** Counts fields that nobody knows, and remembers the first few. */
final class UnknownFields {
  private final List<String> paths = new ArrayList<>(0);
  private int count;

  void add(FieldPath path) {
    count++;
    if (paths.size() < Decoded.MOST_PATHS) {
      paths.add(path.toString());
    }
  }

  <T> Decoded<T> with(T message) {
    return count == 0 ? Decoded.known(message) : new Decoded<>(message, paths, count);
  }
}
