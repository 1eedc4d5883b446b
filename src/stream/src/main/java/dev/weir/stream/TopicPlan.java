package dev.weir.stream;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How one topic is created, and what of it must hold when it is there already.
 *
 * @param partitions to create
 * @param onePartition true if more would be wrong
 * @param required settings whose other values would break the streams
 * @param retentionMs to create; 0 for topics whose records stay
 * @param minRetentionMs the least that is right; 0 for no limit
 */
record TopicPlan(
    String name,
    int partitions,
    boolean onePartition,
    Map<String, String> required,
    long retentionMs,
    long minRetentionMs) {

  /** Of a record of any topic, headers included: room for a prompt of a few million characters. */
  static final int MAX_RECORD_BYTES = 4 * 1024 * 1024;

  /**
   * The life of a request: its longest queueing, running and pausing together. Requests, control
   * and chunks are kept longer, and no request longer than its chunks, else it could be delivered
   * after them and begin anew.
   */
  static final Duration LIFE = Duration.ofHours(24);

  /** The newest segment is not compacted. */
  private static final long COMPACTED_SEGMENT_MS = Duration.ofHours(1).toMillis();

  private static final long REQUESTS_MS = Duration.ofHours(48).toMillis();
  private static final long CHUNKS_MS = Duration.ofHours(72).toMillis();

  /** Time to look at what was given up and to ask again; it holds prompts, so not for ever. */
  private static final long DEAD_MS = Duration.ofDays(30).toMillis();

  /** All topics but those of requests. */
  static List<TopicPlan> common(Topics topics, int chunkPartitions) {
    long life = LIFE.toMillis();
    return List.of(
        new TopicPlan(
            topics.chunks(),
            chunkPartitions,
            false,
            Map.of("cleanup.policy", "delete", "message.timestamp.type", "LogAppendTime"),
            CHUNKS_MS,
            life + 1),
        new TopicPlan(
            topics.control(),
            1,
            false,
            Map.of("cleanup.policy", "compact,delete"),
            CHUNKS_MS,
            life + 1),
        new TopicPlan(topics.models(), 1, false, Map.of("cleanup.policy", "compact"), 0, 0),
        new TopicPlan(
            topics.results(), chunkPartitions, false, Map.of("cleanup.policy", "delete"), -1, 0),
        new TopicPlan(topics.dead(), 1, false, Map.of("cleanup.policy", "delete"), DEAD_MS, 0));
  }

  static TopicPlan requests(Topics topics, String model) {
    return new TopicPlan(
        topics.requests(model),
        1,
        true,
        Map.of("cleanup.policy", "delete", "message.timestamp.type", "LogAppendTime"),
        REQUESTS_MS,
        LIFE.toMillis() + 1);
  }

  /** What the topic is created with. */
  Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(required);
    settings.put("max.message.bytes", Integer.toString(MAX_RECORD_BYTES));
    settings.put("unclean.leader.election.enable", "false");
    if (String.valueOf(required.get("cleanup.policy")).contains("compact")) {
      settings.put("segment.ms", Long.toString(COMPACTED_SEGMENT_MS));
    }
    if (retentionMs != 0) {
      settings.put("retention.ms", Long.toString(retentionMs));
    }
    return settings;
  }
}
