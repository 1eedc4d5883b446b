package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.weir.engine.LogitsQuery;
import dev.weir.engine.StepOutput;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What the kernels answered, read where they left it. */
final class KernelStepOutput implements StepOutput {
  private static final long ARG_MAX = Structs.offset(Structs.QUERY, "arg_max");
  private static final long FOUND = Structs.offset(Structs.QUERY, "found");
  private static final long ALTERNATIVES_FOUND =
      Structs.offset(Structs.QUERY, "alternatives_found");
  private static final long CANDIDATE_IDS = Structs.offset(Structs.QUERY, "candidate_ids");
  private static final long CANDIDATE_LOGITS = Structs.offset(Structs.QUERY, "candidate_logits");
  private static final long ALTERNATIVE_IDS = Structs.offset(Structs.QUERY, "alternative_ids");
  private static final long NORMALIZER = Structs.offset(Structs.QUERY, "log_normalizer");
  private static final long ENTROPY = Structs.offset(Structs.QUERY, "entropy");
  private static final long OWN = Structs.offset(Structs.QUERY, "own_log_sum_exp");
  private static final long LISTED = Structs.offset(Structs.QUERY, "listed");
  private static final long LIST_IDS = Structs.offset(Structs.QUERY, "list_ids");
  private static final long LIST_LOGITS = Structs.offset(Structs.QUERY, "list_logits");
  private static final long LIST_WEIGHTS = Structs.offset(Structs.QUERY, "list_weights");
  private static final long UNEDITED = Structs.offset(Structs.QUERY, "unedited");

  private final NativeKernels kernels;
  private final MemorySegment model;
  private final StepMemory memory;
  private final List<LogitsQuery> queries;
  private final int vocabulary;
  private boolean closed;

  KernelStepOutput(
      NativeKernels kernels,
      MemorySegment model,
      StepMemory memory,
      List<LogitsQuery> queries,
      int vocabulary) {
    this.kernels = kernels;
    this.model = model;
    this.memory = memory;
    this.queries = queries;
    this.vocabulary = vocabulary;
  }

  @Override
  public int rows() {
    return queries.size();
  }

  @Override
  public int argMax(int row) {
    return query(row).get(JAVA_INT, ARG_MAX);
  }

  @Override
  public int candidates(int row, int[] ids, float[] logits) {
    MemorySegment query = sampled(row);
    int found = query.get(JAVA_INT, FOUND);
    MemorySegment.copy(query, JAVA_INT, CANDIDATE_IDS, ids, 0, found);
    MemorySegment.copy(query, JAVA_FLOAT, CANDIDATE_LOGITS, logits, 0, found);
    return found;
  }

  @Override
  public double logNormalizer(int row) {
    return sampled(row).get(JAVA_DOUBLE, NORMALIZER);
  }

  @Override
  public double entropy(int row) {
    MemorySegment query = sampled(row);
    if (!queries.get(row).entropy()) {
      throw new IllegalStateException("the entropy of row " + row + " was not asked for");
    }
    return query.get(JAVA_DOUBLE, ENTROPY);
  }

  @Override
  public int tail(int row, double mass) {
    return kernels.tail(model, sampled(row), mass);
  }

  @Override
  public int shortlist(int row, int[] ids, float[] logits, float[] weights) {
    MemorySegment query = sampled(row);
    if (queries.get(row).shortlist() == null) {
      throw new IllegalStateException("a shortlist of row " + row + " was not asked for");
    }
    int found = query.get(JAVA_INT, LISTED);
    if (found >= 0) {
      MemorySegment.copy(list(query, LIST_IDS, found), JAVA_INT, 0, ids, 0, found);
      MemorySegment.copy(list(query, LIST_LOGITS, found), JAVA_FLOAT, 0, logits, 0, found);
      MemorySegment.copy(list(query, LIST_WEIGHTS, found), JAVA_FLOAT, 0, weights, 0, found);
      return found;
    }
    MemorySegment lists = memory.wholeShortlist();
    long bytes = lists.byteSize() / 3;
    MemorySegment second = lists.asSlice(bytes);
    MemorySegment third = lists.asSlice(2 * bytes);
    found = kernels.shortlist(model, query, lists, second, third);
    MemorySegment.copy(lists, JAVA_INT, 0, ids, 0, found);
    MemorySegment.copy(second, JAVA_FLOAT, 0, logits, 0, found);
    MemorySegment.copy(third, JAVA_FLOAT, 0, weights, 0, found);
    return found;
  }

  @Override
  public boolean isListed(int row) {
    return query(row).get(JAVA_INT, LISTED) >= 0;
  }

  private static MemorySegment list(MemorySegment query, long field, int count) {
    return query.get(ADDRESS, field).reinterpret((long) count * Integer.BYTES);
  }

  @Override
  public double logprob(int row, int id) {
    MemorySegment query = reported(row);
    int edited = edited(row, id);
    float logit =
        edited >= 0
            ? unedited(row).getAtIndex(JAVA_FLOAT, edited)
            : memory.row(row).getAtIndex(JAVA_FLOAT, id);
    return logit - query.get(JAVA_DOUBLE, OWN);
  }

  @Override
  public int alternatives(int row, int n, int[] ids) {
    MemorySegment query = reported(row);
    int count = Math.min(n, query.get(JAVA_INT, ALTERNATIVES_FOUND));
    MemorySegment.copy(query, JAVA_INT, ALTERNATIVE_IDS, ids, 0, count);
    return count;
  }

  @Override
  public void logits(int row, float[] into) {
    sampled(row);
    if (into.length != vocabulary) {
      throw new IllegalArgumentException(
          "room for %d logits, there are %d".formatted(into.length, vocabulary));
    }
    MemorySegment.copy(memory.row(row), JAVA_FLOAT, 0, into, 0, vocabulary);
    int[] ids = queries.get(row).edits().ids();
    for (int i = 0; i < ids.length; i++) {
      into[ids[i]] = unedited(row).getAtIndex(JAVA_FLOAT, i);
    }
  }

  /** Place of a token among the edited ones, or -1. */
  private int edited(int row, int id) {
    int[] ids = queries.get(row).edits().ids();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == id) {
        return i;
      }
    }
    return -1;
  }

  private MemorySegment unedited(int row) {
    long bytes = (long) queries.get(row).edits().ids().length * Float.BYTES;
    return query(row).get(ADDRESS, UNEDITED).reinterpret(bytes);
  }

  private MemorySegment query(int row) {
    if (closed) {
      throw new IllegalStateException("the output of a step is valid until the next step");
    }
    queries.get(row);
    return memory.query(row);
  }

  private MemorySegment sampled(int row) {
    if (queries.get(row).candidates() == 0) {
      throw new IllegalStateException("row " + row + " was asked for its arg max alone");
    }
    return query(row);
  }

  private MemorySegment reported(int row) {
    if (!queries.get(row).logprobs()) {
      throw new IllegalStateException("log-probabilities of row " + row + " were not asked for");
    }
    return query(row);
  }

  /** The memory is about to be written again, or freed. */
  void close() {
    closed = true;
  }
}
