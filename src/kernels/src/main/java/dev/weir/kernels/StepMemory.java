package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.engine.LanguageModel;
import dev.weir.engine.LogitEdits;
import dev.weir.engine.LogitsQuery;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.SequenceSlice;
import dev.weir.engine.Shortlist;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step as {@code weir_step} has it: at most so many rows at once, one pass after another. */
final class StepMemory implements AutoCloseable {
  private static final long BLOCKS = Structs.offset(Structs.SLICE, "blocks");
  private static final long SLICE_ROW = Structs.offset(Structs.SLICE, "row");
  private static final long SLICE_ROWS = Structs.offset(Structs.SLICE, "rows");
  private static final long SLICE_POSITION = Structs.offset(Structs.SLICE, "position");
  private static final long QUERY_ROW = Structs.offset(Structs.QUERY, "row");
  private static final long LOGITS = Structs.offset(Structs.QUERY, "logits");
  private static final long CANDIDATES = Structs.offset(Structs.QUERY, "candidates");
  private static final long ALTERNATIVES = Structs.offset(Structs.QUERY, "alternatives");
  private static final long ENTROPY = Structs.offset(Structs.QUERY, "wants_entropy");
  private static final long INVERSE = Structs.offset(Structs.QUERY, "inverse_temperature");
  private static final long EDITS = Structs.offset(Structs.QUERY, "edits");
  private static final long EDIT_IDS = Structs.offset(Structs.QUERY, "edit_ids");
  private static final long BIAS = Structs.offset(Structs.QUERY, "bias");
  private static final long REPETITION = Structs.offset(Structs.QUERY, "repetition");
  private static final long REDUCTION = Structs.offset(Structs.QUERY, "reduction");
  private static final long UNEDITED = Structs.offset(Structs.QUERY, "unedited");
  private static final long ALLOWED = Structs.offset(Structs.QUERY, "allowed");
  private static final long LIST_COUNT = Structs.offset(Structs.QUERY, "list_count");
  private static final long LIST_ROOM = Structs.offset(Structs.QUERY, "list_room");
  private static final long LIST_SHARE = Structs.offset(Structs.QUERY, "list_share");
  private static final long LIST_MASS = Structs.offset(Structs.QUERY, "list_mass");
  private static final long LIST_IDS = Structs.offset(Structs.QUERY, "list_ids");
  private static final long LIST_LOGITS = Structs.offset(Structs.QUERY, "list_logits");
  private static final long LIST_WEIGHTS = Structs.offset(Structs.QUERY, "list_weights");

  /** Ids, biases, penalties, reductions, and what the logits were before. */
  private static final int EDIT_ARRAYS = 5;

  /** Elements behind a list that the kernels may write. */
  private static final int LIST_PADDING = 16;

  private final ModelLimits limits;
  private final int logitsStride;
  private final int tableLength;
  private final MemorySegment tokens;
  private final MemorySegment positions;
  // of a model that looks back; else NULL
  private final MemorySegment before;
  private final MemorySegment slices;
  private final MemorySegment tables;
  private final MemorySegment adapters;
  // a weir_adapter [layers] for each that a slice may name
  private final List<MemorySegment> served;
  private final MemorySegment step;
  private final GrowingMemory queries;
  private final GrowingMemory logits;
  private final GrowingMemory edits;
  private final GrowingMemory lists;
  private final GrowingMemory wholeList;
  private final NativeMemory memory;
  private long editsUsed;
  private int listCount;

  private int rows;
  private int sliceCount;
  private int firstQuery;
  private int queryCount;
  // whether a row of the pass has an adapter
  private boolean adapted;

  /**
   * @param mostRows of a pass
   * @param logitsStride elements from one row of logits to the next
   * @param served adapters, as {@link AdapterPacker} lays them out
   */
  StepMemory(
      NativeKernels kernels,
      NativeMemory memory,
      ModelLimits limits,
      int mostRows,
      int logitsStride,
      List<MemorySegment> served) {
    this.memory = memory;
    this.limits = limits;
    this.logitsStride = logitsStride;
    this.tableLength = Math.ceilDiv(limits.contextLength(), LanguageModel.BLOCK_TOKENS);
    tokens = memory.allocate((long) mostRows * Integer.BYTES);
    positions = memory.allocate((long) mostRows * Integer.BYTES);
    before =
        limits.lookBack() > 0
            ? memory.allocate((long) mostRows * Integer.BYTES)
            : MemorySegment.NULL;
    this.served = List.copyOf(served);
    adapters = memory.allocate(served.isEmpty() ? 0 : mostRows * ADDRESS.byteSize());
    int mostSlices = Math.min(mostRows, limits.slots());
    slices = memory.allocate(mostSlices * Structs.SLICE.byteSize());
    tables = memory.allocate((long) mostSlices * tableLength * Integer.BYTES);
    step = memory.allocate(Structs.STEP.byteSize());
    queries = new GrowingMemory(kernels);
    logits = new GrowingMemory(kernels);
    edits = new GrowingMemory(kernels);
    lists = new GrowingMemory(kernels);
    wholeList = new GrowingMemory(kernels);
  }

  /** Times the phases of all passes from now on. */
  StepProfile profile() {
    StepProfile timed = new StepProfile(memory);
    step.set(ADDRESS, Structs.offset(Structs.STEP, "phases"), timed.phases());
    return timed;
  }

  /** Makes room for the queries of a whole step. */
  void begin(List<LogitsQuery> all) {
    queries.atLeast(all.size() * Structs.QUERY.byteSize());
    logits.atLeast((long) all.size() * logitsStride * Float.BYTES);
    long bytes = 0;
    int listed = 0;
    for (LogitsQuery query : all) {
      listed += query.shortlist() == null ? 0 : 1;
      LogitEdits edit = query.edits();
      long[] allowed = edit.allowed();
      bytes += EDIT_ARRAYS * roundedUp((long) edit.ids().length * Integer.BYTES);
      bytes += allowed == null ? 0 : (long) Long.BYTES * allowed.length;
    }
    edits.atLeast(bytes);
    lists.atLeast(listed * 3 * listBytes());
    editsUsed = 0;
    listCount = 0;
    queryCount = 0;
    clear();
  }

  private void clear() {
    rows = 0;
    sliceCount = 0;
    firstQuery = queryCount;
    adapted = false;
  }

  int rows() {
    return rows;
  }

  /** Adds tokens {@code from} to {@code to} - 1 of a slice, with the queries of these tokens. */
  void add(SequenceSlice slice, int from, int to) {
    int position = slice.start() + from;
    int used = Math.ceilDiv(slice.start() + to, LanguageModel.BLOCK_TOKENS);
    long table = (long) sliceCount * tableLength * Integer.BYTES;
    MemorySegment.copy(slice.blocks(), 0, tables, JAVA_INT, table, used);
    long at = sliceCount++ * Structs.SLICE.byteSize();
    slices.set(ADDRESS, at + BLOCKS, tables.asSlice(table));
    slices.set(JAVA_INT, at + SLICE_ROW, rows);
    slices.set(JAVA_INT, at + SLICE_ROWS, to - from);
    slices.set(JAVA_INT, at + SLICE_POSITION, position);
    if (!served.isEmpty()) {
      adapt(slice.adapter(), rows, rows + to - from);
    }
    if (limits.lookBack() > 0) {
      MemorySegment.copy(
          slice.before(), from, before, JAVA_INT, (long) rows * Integer.BYTES, to - from);
    }
    int firstQueried = slice.tokens().length - slice.queries().size();
    for (int i = from; i < to; i++, rows++) {
      tokens.setAtIndex(JAVA_INT, rows, slice.tokens()[i]);
      positions.setAtIndex(JAVA_INT, rows, slice.start() + i);
      if (i >= firstQueried) {
        query(slice.queries().get(i - firstQueried), rows);
      }
    }
  }

  private void adapt(int adapter, int firstRow, int endRow) {
    MemorySegment layers = adapter == 0 ? MemorySegment.NULL : served.get(adapter - 1);
    for (int row = firstRow; row < endRow; row++) {
      adapters.setAtIndex(ADDRESS, row, layers);
    }
    adapted |= adapter != 0;
  }

  private void query(LogitsQuery query, int row) {
    MemorySegment to = query(queryCount);
    to.set(JAVA_INT, QUERY_ROW, row);
    to.set(ADDRESS, LOGITS, row(queryCount));
    to.set(JAVA_INT, CANDIDATES, Math.min(query.candidates(), limits.vocabulary()));
    int most = Math.min(SamplingParameters.MAX_TOP_LOGPROBS, limits.vocabulary());
    to.set(JAVA_INT, ALTERNATIVES, query.logprobs() ? most : 0);
    to.set(JAVA_INT, ENTROPY, query.entropy() ? 1 : 0);
    to.set(JAVA_FLOAT, INVERSE, 1 / query.temperature());
    LogitEdits edit = query.edits();
    int n = edit.ids().length;
    to.set(JAVA_INT, EDITS, n);
    long[] allowed = edit.allowed();
    to.set(ADDRESS, ALLOWED, MemorySegment.NULL);
    if (allowed != null) {
      MemorySegment words = room((long) allowed.length * Long.BYTES);
      MemorySegment.copy(allowed, 0, words, JAVA_LONG, 0, allowed.length);
      to.set(ADDRESS, ALLOWED, words);
    }
    MemorySegment ids = room((long) n * Integer.BYTES);
    MemorySegment.copy(edit.ids(), 0, ids, JAVA_INT, 0, n);
    to.set(ADDRESS, EDIT_IDS, ids);
    to.set(ADDRESS, BIAS, floats(edit.bias()));
    to.set(ADDRESS, REPETITION, floats(edit.repetition()));
    to.set(ADDRESS, REDUCTION, floats(edit.reduction()));
    to.set(ADDRESS, UNEDITED, room((long) n * Float.BYTES));
    list(query.shortlist(), to);
    queryCount++;
  }

  private void list(@Nullable Shortlist wanted, MemorySegment to) {
    to.set(JAVA_INT, LIST_ROOM, wanted == null ? 0 : listRoom());
    if (wanted != null) {
      to.set(JAVA_INT, LIST_COUNT, wanted.count());
      to.set(JAVA_DOUBLE, LIST_SHARE, wanted.share());
      to.set(JAVA_DOUBLE, LIST_MASS, wanted.mass());
      long at = 3 * listBytes() * listCount++;
      to.set(ADDRESS, LIST_IDS, lists.atLeast(0).asSlice(at));
      to.set(ADDRESS, LIST_LOGITS, lists.atLeast(0).asSlice(at + listBytes()));
      to.set(ADDRESS, LIST_WEIGHTS, lists.atLeast(0).asSlice(at + 2 * listBytes()));
    }
  }

  /** Longer lists are made when they are asked for. */
  private int listRoom() {
    return Math.ceilDiv(limits.vocabulary(), 3);
  }

  private long listBytes() {
    return roundedUp((long) (listRoom() + LIST_PADDING) * Float.BYTES);
  }

  private MemorySegment floats(float[] values) {
    MemorySegment room = room((long) values.length * Float.BYTES);
    MemorySegment.copy(values, 0, room, JAVA_FLOAT, 0, values.length);
    return room;
  }

  private MemorySegment room(long bytes) {
    long size = roundedUp(bytes);
    MemorySegment room = edits.atLeast(0).asSlice(editsUsed, size);
    editsUsed += size;
    return room;
  }

  private static long roundedUp(long bytes) {
    return Math.ceilDiv(bytes, Long.BYTES) * Long.BYTES;
  }

  /** The pass that was added, ready to run; what is added next belongs to another one. */
  MemorySegment pass() {
    step.set(ADDRESS, Structs.offset(Structs.STEP, "tokens"), tokens);
    step.set(ADDRESS, Structs.offset(Structs.STEP, "positions"), positions);
    step.set(ADDRESS, Structs.offset(Structs.STEP, "before"), before);
    step.set(ADDRESS, Structs.offset(Structs.STEP, "slices"), slices);
    step.set(
        ADDRESS, Structs.offset(Structs.STEP, "adapters"), adapted ? adapters : MemorySegment.NULL);
    int count = queryCount - firstQuery;
    if (count > 0) {
      step.set(ADDRESS, Structs.offset(Structs.STEP, "queries"), query(firstQuery));
      step.set(ADDRESS, Structs.offset(Structs.STEP, "logits"), row(firstQuery));
    }
    step.set(JAVA_INT, Structs.offset(Structs.STEP, "rows"), rows);
    step.set(JAVA_INT, Structs.offset(Structs.STEP, "slice_count"), sliceCount);
    step.set(JAVA_INT, Structs.offset(Structs.STEP, "query_count"), count);
    clear();
    return step;
  }

  /** A {@code weir_query}. */
  MemorySegment query(int index) {
    long bytes = Structs.QUERY.byteSize();
    return queries.atLeast(0).asSlice(index * bytes, bytes);
  }

  /** A row of logits, edited once the step has run, [padded vocabulary]. */
  MemorySegment row(int index) {
    long bytes = (long) logitsStride * Float.BYTES;
    return logits.atLeast(0).asSlice(index * bytes, bytes);
  }

  /** Room for three lists, [padded vocabulary + 16] each: ids, their logits and weights. */
  MemorySegment wholeShortlist() {
    long bytes = 3L * (logitsStride + LIST_PADDING) * Float.BYTES;
    return wholeList.atLeast(bytes).asSlice(0, bytes);
  }

  @Override
  public void close() {
    queries.close();
    logits.close();
    edits.close();
    lists.close();
    wholeList.close();
  }
}
