package dev.weir.bench.stream;

import java.util.List;

/**
 * How much of everything.
 *
 * @param streams at once through one gateway
 * @param streamRate tokens/s of each of them
 * @param readers of one stream
 * @param readerRate tokens/s of that stream
 * @param sockets WebSockets that are open and idle
 * @param idleSeconds how long they stay so
 * @param paced streams whose delay is measured
 * @param pacedRate tokens/s of all these together
 * @param gateways how many share the partitions, one measurement each
 * @param partitions of the chunk log that gateways share
 * @param workers beside those gateways
 * @param warmUpSeconds before each measurement
 * @param seconds of each measurement
 */
public record ScaleOptions(
    int streams,
    double streamRate,
    int readers,
    double readerRate,
    int sockets,
    int idleSeconds,
    int paced,
    double pacedRate,
    List<Integer> gateways,
    int partitions,
    int workers,
    int warmUpSeconds,
    int seconds) {

  /** What the figures of the documents are made with. */
  public static final ScaleOptions DEFAULT =
      new ScaleOptions(1000, 5, 100, 50, 10_000, 50, 64, 2000, List.of(1, 2, 4), 32, 4, 10, 20);

  /** Of the broker that is started for it. */
  private static final int GROUP_MEMBERS = 1000;

  public ScaleOptions {
    atLeast("--streams", streams, 0);
    atLeast("--readers", readers, 0);
    atLeast("--sockets", sockets, 0);
    atLeast("--idle", idleSeconds, 1);
    atLeast("--paced", paced, 0);
    atLeast("--partitions", partitions, 1);
    atLeast("--workers", workers, 1);
    atLeast("--warm-up", warmUpSeconds, 0);
    atLeast("--seconds", seconds, 1);
    rate("--stream-rate", streamRate);
    rate("--reader-rate", readerRate);
    rate("--rate", pacedRate);
    atMostMembers("--streams", streams);
    // Each of the workers has as many slots.
    atMostMembers("--paced, rounded up to a multiple of --workers,", roundUp(paced, workers));
    gateways = List.copyOf(gateways);
    for (int count : gateways) {
      if (count < 1 || count > partitions) {
        throw new IllegalArgumentException(
            "--gateways has %d, must be 1 to the number of --partitions, %d"
                .formatted(count, partitions));
      }
    }
  }

  private static void atLeast(String option, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s is %d, must be at least %d".formatted(option, value, least));
    }
  }

  private static long roundUp(int value, int multipleOf) {
    return (long) Math.ceilDiv(Math.max(1, value), multipleOf) * multipleOf;
  }

  private static void atMostMembers(String what, long slots) {
    if (slots > GROUP_MEMBERS) {
      throw new IllegalArgumentException(
          "%s is %d, must be at most %d: a share group has no more members, and each slot is one"
              .formatted(what, slots, GROUP_MEMBERS));
    }
  }

  private static void rate(String option, double value) {
    if (!(value > 0 && value <= 1_000_000)) { // not a number neither
      throw new IllegalArgumentException(
          "%s is %s, must be above 0 and at most 1000000".formatted(option, value));
    }
  }

  /** {@code 64x2000}. */
  String pacedName() {
    return "%dx%.0f".formatted(paced, pacedRate);
  }
}
