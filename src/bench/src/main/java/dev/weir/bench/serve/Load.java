package dev.weir.bench.serve;

import java.util.SplittableRandom;

/** How requests come. */
public sealed interface Load {
  /** In results: {@code c16}, {@code r2.5}. */
  String name();

  /**
   * Requests in all.
   *
   * @param count of each client of a closed loop; in all of an open one
   */
  int requests(int count);

  /**
   * A closed loop: each client sends its next request when its last one has ended.
   *
   * @param clients at the same time
   */
  record Closed(int clients) implements Load {
    public Closed {
      if (clients < 1) {
        throw new IllegalArgumentException("a closed loop of %d clients".formatted(clients));
      }
    }

    @Override
    public String name() {
      return "c" + clients;
    }

    @Override
    public int requests(int count) {
      return clients * count;
    }
  }

  /**
   * An open loop: requests come as a Poisson process, however long the answers take.
   *
   * @param rate requests per second
   */
  record Open(double rate) implements Load {
    public Open {
      if (!(rate > 0) || rate > 10_000) {
        throw new IllegalArgumentException(
            "an open loop of %s requests a second, must be above 0 and at most 10000"
                .formatted(rate));
      }
    }

    @Override
    public String name() {
      return "r" + (rate == Math.rint(rate) ? Long.toString((long) rate) : Double.toString(rate));
    }

    @Override
    public int requests(int count) {
      return count;
    }

    /**
     * When the requests are due, nanoseconds from the start: the same for every server. The gaps
     * are exponentially distributed with mean 1 / rate.
     */
    long[] arrivals(int requests) {
      SplittableRandom random = new SplittableRandom(1);
      long[] due = new long[requests];
      double seconds = 0;
      for (int i = 0; i < requests; i++) {
        seconds -= Math.log1p(-random.nextDouble()) / rate;
        due[i] = (long) (seconds * 1e9);
      }
      return due;
    }
  }
}
