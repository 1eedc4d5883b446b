package dev.weir.engine;

/**
 * Finds the key at which masses, added up from the largest key downwards, reach what is wanted: by
 * partitioning (quickselect with weights), in time linear in the number of keys.
 */
final class WeightedSelect {
  // permuted together, filled up to size
  private final double[] keys;
  private final double[] masses;
  private int size;

  /**
   * @param most keys that are ever there
   */
  WeightedSelect(int most) {
    keys = new double[most];
    masses = new double[most];
  }

  void clear() {
    size = 0;
  }

  void add(double key, double mass) {
    keys[size] = key;
    masses[size++] = mass;
  }

  int size() {
    return size;
  }

  /** Keys are in any order. */
  double key(int i) {
    return keys[i];
  }

  /** Of the key at the same place. */
  double mass(int i) {
    return masses[i];
  }

  /**
   * The key at which the masses first reach {@code wanted}; the smallest if rounding keeps them
   * below. There must be a key.
   */
  double threshold(double wanted) {
    int from = 0;
    int to = size - 1;
    while (from < to) {
      double pivot = medianOfThree(keys[from], keys[(from + to) >>> 1], keys[to]);
      // three-way partition: [from, greater) > pivot, [greater, i) == pivot, (less, to] < pivot
      int greater = from;
      int less = to;
      double massGreater = 0;
      double massEqual = 0;
      for (int i = from; i <= less; ) {
        if (keys[i] > pivot) {
          massGreater += masses[i];
          swap(i++, greater++);
        } else if (keys[i] < pivot) {
          swap(i, less--);
        } else {
          massEqual += masses[i++];
        }
      }
      if (massGreater >= wanted) {
        to = greater - 1;
      } else if (massGreater + massEqual >= wanted || less == to) {
        return pivot;
      } else {
        wanted -= massGreater + massEqual;
        from = less + 1;
      }
    }
    return keys[from];
  }

  private void swap(int i, int j) {
    double key = keys[i];
    keys[i] = keys[j];
    keys[j] = key;
    double mass = masses[i];
    masses[i] = masses[j];
    masses[j] = mass;
  }

  private static double medianOfThree(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
