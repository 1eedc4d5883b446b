package dev.weir.bench.stream;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How many of everything some number of streams needs: the arithmetic of {@code
 * src/docs/scaling.md}, whose symbols these are.
 *
 * @param streams N, at the same time
 * @param tokensPerSecond r, of each
 * @param bytesPerToken b, on the log
 * @param meanRunSeconds of a request
 * @param longestRunSeconds its deadline
 * @param window requests that a partition may have unfinished between the oldest and the newest
 * @param groupMembers that a share group takes
 * @param slots of a worker
 * @param gatewayStreams that one gateway serves
 * @param retentionHours of the chunk log
 */
record Sizing(
    long streams,
    double tokensPerSecond,
    double bytesPerToken,
    double meanRunSeconds,
    double longestRunSeconds,
    long window,
    long groupMembers,
    long slots,
    long gatewayStreams,
    double retentionHours) {

  double requestsPerSecond() {
    return streams / meanRunSeconds;
  }

  /** Requests/s that one shard takes while one of its requests runs as long as it may. */
  double shardRequestsPerSecond() {
    return window / longestRunSeconds;
  }

  long shardsByWindow() {
    return (long) Math.ceil(requestsPerSecond() / shardRequestsPerSecond());
  }

  long shardsByMembers() {
    return Math.ceilDiv(streams, groupMembers);
  }

  long shards() {
    return Math.max(shardsByWindow(), shardsByMembers());
  }

  long workers() {
    return Math.ceilDiv(streams, slots);
  }

  double workersPerShard() {
    return (double) workers() / shards();
  }

  long gateways() {
    return Math.ceilDiv(streams, gatewayStreams);
  }

  double tokensPerSecondInAll() {
    return streams * tokensPerSecond;
  }

  double bytesWrittenPerSecond() {
    return tokensPerSecondInAll() * bytesPerToken;
  }

  /** With all partitions open to all workers. */
  double readAmplification(int partitions) {
    return 1 + workers() * (1 - Math.pow(1 - 1.0 / partitions, slots));
  }

  double retainedBytes(int replicas) {
    return bytesWrittenPerSecond() * retentionHours * 3600 * replicas;
  }

  /** The figures that the document gives, in its words. */
  Map<String, String> table() {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("requests/s", whole(requestsPerSecond()));
    rows.put("tokens/s", whole(tokensPerSecondInAll()));
    rows.put("written to the log, MB/s", whole(bytesWrittenPerSecond() / 1e6));
    rows.put("kept, three replicas, TB", whole(retainedBytes(3) / 1e12));
    rows.put("requests/s of a shard", String.format(Locale.ROOT, "%.1f", shardRequestsPerSecond()));
    rows.put("shards by the window", whole(shardsByWindow()));
    rows.put("shards by members", whole(shardsByMembers()));
    rows.put("workers", whole(workers()));
    rows.put("gateways", whole(gateways()));
    return rows;
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", Math.ceil(value - 1e-9));
  }
}
