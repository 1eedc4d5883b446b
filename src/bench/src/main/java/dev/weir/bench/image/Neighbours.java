package dev.weir.bench.image;

import java.util.ArrayList;
import java.util.List;

/** The pictures of a training set that look most like others: whether something is copied. */
final class Neighbours {
  private final List<byte[]> training;

  /**
   * A neighbour.
   *
   * @param picture of the training set
   * @param distance how many pixels differ
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Neighbour(byte[] picture, int distance) {}

  Neighbours(List<byte[]> training) {
    this.training = training;
  }

  /** The nearest one of each picture; the first of several. */
  List<Neighbour> nearest(List<byte[]> pictures) {
    List<Neighbour> nearest = new ArrayList<>();
    for (byte[] picture : pictures) {
      byte[] best = training.getFirst();
      int least = Integer.MAX_VALUE;
      for (byte[] candidate : training) {
        int distance = distance(picture, candidate);
        if (distance < least) {
          least = distance;
          best = candidate;
        }
      }
      nearest.add(new Neighbour(best, least));
    }
    return nearest;
  }

  /** Pixels in which two pictures differ (Hamming). */
  static int distance(byte[] a, byte[] b) {
    int distance = 0;
    for (int i = 0; i < a.length; i++) {
      distance += a[i] == b[i] ? 0 : 1;
    }
    return distance;
  }

  /** How far away the nearest ones are in the mean, and how many pictures are copies of theirs. */
  static List<Figure> figures(List<Neighbour> nearest) {
    long copies = nearest.stream().filter(neighbour -> neighbour.distance == 0).count();
    return List.of(
        new Figure(
            "neighbours.distance",
            Estimate.ofMean(nearest.stream().mapToDouble(Neighbour::distance).toArray()),
            "pixels"),
        Figure.share("neighbours.copies", Estimate.ofShare(copies, nearest.size())));
  }
}
