/*
 * Attention over the block table, with the online softmax of FlashAttention (Dao 2022): segments of 64 positions from the first visible
 * one to the last, whether a row is one of a prompt's or alone. In a block of the cache a head's keys lie [D][16], so that a lane is a
 * key and a score is two chains of fma (even and odd d); its values lie [16][D], and an output is one chain over the keys. A block that
 * is invisible to a row leaves its sums as they are, bit for bit: rows of different positions share a tile. What a row does not see may
 * hold anything, and 0 times that may be no 0: values are mixed only into rows that see them.
 *
 * Every WEIR_SPLIT positions a part of the context ends. Parts have softmaxes of their own, which are merged from the first to the last
 * (Flash-Decoding, Dao 2023), whoever computed them: one thread one after another, or several at once.
 */
#include <float.h>
#include <math.h>

#include "ops.h"
#include "lanes.h"

enum { SEGMENT_BLOCKS = 4, SEGMENT = SEGMENT_BLOCKS * WEIR_BLOCK };

/* Rows of one kv head: token i / group of the slice, query head i % group of the kv head. */
typedef struct {
  float query[WEIR_TILE][WEIR_HEAD_SIZE];
  float mixed[WEIR_TILE][WEIR_HEAD_SIZE];
  float weight[WEIR_TILE][SEGMENT]; /* scores, then weights */
  float sum[WEIR_TILE][WEIR_LANES];
  float largest[WEIR_TILE];
  int64_t low[WEIR_TILE], high[WEIR_TILE]; /* visible positions: low to high - 1 */
} attended;

/* What is known of a row behind a part: as in weir_model's parts. */
typedef struct {
  float *mixed, *sum, *largest;
} part;

/* Blocks of a segment that some row sees: where their keys are in the cache, and those of the block after them. */
typedef struct {
  int64_t keys[SEGMENT_BLOCKS + 1];
  int64_t start; /* position of the first */
  int blocks;
} segment;

INLINE lanes load_cache(const int f32, const void *cache, int64_t at) {
  return f32 ? lanes_load((const float *)cache + at) : lanes_load_half((const uint16_t *)cache + at);
}

INLINE void prefetch_cache(const int f32, const void *cache, int64_t at) {
  __builtin_prefetch(f32 ? (const void *)((const float *)cache + at) : (const void *)((const uint16_t *)cache + at));
}

/* Scores of a block's keys; those a row must not see are minus infinity. Asks for the next block's keys meanwhile. */
INLINE void score(const int rows, const int f32, attended *t, const void *cache, const segment *s, int block, int64_t size,
                  lanes *largest) {
  lanes even[WEIR_TILE], odd[WEIR_TILE];
  int64_t keys = s->keys[block], next = s->keys[block + 1], start = s->start + block * WEIR_BLOCK;
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) even[r] = odd[r] = lanes_zero();
  for (int64_t d = 0; d < size; d += 2) {
    lanes a = load_cache(f32, cache, keys + d * WEIR_BLOCK), b = load_cache(f32, cache, keys + (d + 1) * WEIR_BLOCK);
    prefetch_cache(f32, cache, next + d * WEIR_BLOCK);
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
      even[r] = lanes_fma(lanes_set(t->query[r][d]), a, even[r]);
      odd[r] = lanes_fma(lanes_set(t->query[r][d + 1]), b, odd[r]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
    uint32_t visible = lanes_first(t->high[r] - start) & ~lanes_first(t->low[r] - start);
    lanes found = lanes_select(visible, lanes_add(even[r], odd[r]), lanes_set(-INFINITY));
    lanes_store(t->weight[r] + block * WEIR_BLOCK, found);
    largest[r] = lanes_larger(largest[r], found);
  }
}

/* Scores become weights; what was mixed so far shrinks where a larger score appears. */
INLINE void weigh(attended *t, int r, const segment *s, int64_t size, lanes largest_of) {
  float before = t->largest[r], found = lanes_largest(largest_of);
  float largest = found > before ? found : before;
  lanes sum = lanes_load(t->sum[r]);
  if (largest != before) {
    lanes shrink = lanes_exp(lanes_set(before - largest));
    sum = lanes_mul(sum, shrink);
    for (int64_t d = 0; d < size; d += WEIR_LANES) lanes_store(t->mixed[r] + d, lanes_mul(lanes_load(t->mixed[r] + d), shrink));
    t->largest[r] = largest;
  }
  for (int block = 0; block < s->blocks; block++) {
    float *at = t->weight[r] + block * WEIR_BLOCK;
    lanes weight = lanes_exp(lanes_sub(lanes_load(at), lanes_set(largest)));
    lanes_store(at, weight);
    sum = lanes_add(sum, weight);
  }
  lanes_store(t->sum[r], sum);
}

/* Adds the values of positions `from` to `to` - 1 of a segment to rows from `first` on, `wide` lanes of them at once. */
INLINE void mix_lanes(const int rows, const int wide, const int f32, attended *t, int first, const void *cache, const segment *s,
                      int64_t values, uint64_t from, uint64_t to, int64_t size, int64_t d) {
  lanes mixed[WEIR_TILE][4];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int j = 0; j < wide; j++) mixed[r][j] = lanes_load(t->mixed[first + r] + d + j * WEIR_LANES);
  for (uint64_t i = from; i < to; i++) { /* without a sign, whose care a quotient would take */
    int64_t at = values + (int64_t)(i % WEIR_BLOCK) * size + d, block = (int64_t)(i / WEIR_BLOCK);
    prefetch_cache(f32, cache, s->keys[block + 1] + at);
#pragma GCC unroll 4
    for (int j = 0; j < wide; j++) {
      lanes value = load_cache(f32, cache, s->keys[block] + at + j * WEIR_LANES);
#pragma GCC unroll 8
      for (int r = 0; r < rows; r++) mixed[r][j] = lanes_fma(lanes_set(t->weight[first + r][i]), value, mixed[r][j]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int j = 0; j < wide; j++) lanes_store(t->mixed[first + r] + d + j * WEIR_LANES, mixed[r][j]);
}

INLINE void mix(const int rows, const int f32, attended *t, int first, const void *cache, const segment *s, int64_t values, int64_t from,
                int64_t to, int64_t size) {
  const int wide = rows > 4 ? 2 : 4; /* accumulators stay in registers */
  int64_t d = 0;
  for (; d + wide * WEIR_LANES <= size; d += wide * WEIR_LANES) mix_lanes(rows, wide, f32, t, first, cache, s, values, from, to, size, d);
  for (; d < size; d += WEIR_LANES) mix_lanes(rows, 1, f32, t, first, cache, s, values, from, to, size, d);
}

/*
 * Adds those values of positions `from` to `to` - 1 of a segment that a row sees, row by row. A call, which keeps no lanes in registers,
 * would cost all of attention 2 %: measured on an EPYC with AVX-512.
 */
INLINE void mix_seen(const int rows, const int f32, attended *t, const void *cache, const segment *s, int64_t values, int64_t from,
                     int64_t to, int64_t size) {
#pragma GCC unroll 1
  for (int r = 0; r < rows; r++) {
    int64_t begin = greater(t->low[r] - s->start, from), end = lesser(t->high[r] - s->start, to);
    if (begin < end) mix(1, f32, t, r, cache, s, values, begin, end, size);
  }
}

/* The blocks of a segment from `block` on, up to the last that holds a position below `high`. */
static segment segment_of(const weir_model *m, int32_t layer, const weir_slice *slice, int32_t kv_head, int64_t block, int64_t high) {
  int64_t end = (high + WEIR_BLOCK - 1) / WEIR_BLOCK, next = (block / SEGMENT_BLOCKS + 1) * SEGMENT_BLOCKS;
  segment s = {.start = block * WEIR_BLOCK, .blocks = (int)((end < next ? end : next) - block)};
  for (int i = 0; i <= s.blocks; i++) {
    int64_t of = block + i < end ? block + i : end - 1; /* there is nothing to ask for beyond the last */
    s.keys[i] = cache_at(m, layer, slice->blocks[of], kv_head);
  }
  return s;
}

/* Positions `begin` to `end` - 1, as far as rows see them. */
INLINE void attend_rows(const int rows, const int f32, attended *t, const weir_model *m, int32_t layer, const weir_slice *slice,
                        int32_t kv_head, int64_t begin, int64_t end) {
  int64_t size = m->head_size, values = cache_head(m) / 2, low = greater(t->low[0], begin), high = lesser(t->high[rows - 1], end);
  int64_t all_from = t->low[rows - 1], all_to = t->high[0]; /* what all rows see */
  for (int64_t block = low / WEIR_BLOCK; block * WEIR_BLOCK < high;) {
    segment s = segment_of(m, layer, slice, kv_head, block, high);
    lanes largest[WEIR_TILE];
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) largest[r] = lanes_set(-INFINITY);
    for (int i = 0; i < s.blocks; i++) score(rows, f32, t, m->cache, &s, i, size, largest);
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) weigh(t, r, &s, size, largest[r]);
    /* What all rows see is mixed together, what some see before and behind it row by row. What no row sees is not read. */
    int64_t first = greater(low - s.start, 0), last = lesser(high - s.start, s.blocks * WEIR_BLOCK);
    int64_t from = lesser(greater(all_from - s.start, first), last), to = greater(lesser(all_to - s.start, last), from);
    if (rows > 1 && first < from) mix_seen(rows, f32, t, m->cache, &s, values, first, from, size);
    mix(rows, f32, t, 0, m->cache, &s, values, from, to, size);
    if (rows > 1 && to < last) mix_seen(rows, f32, t, m->cache, &s, values, to, last, size);
    block += s.blocks;
  }
}

#define ROWS(n)                                                                                                              \
  static void attend_##n(attended *t, const weir_model *m, int32_t layer, const weir_slice *slice, int32_t kv_head,          \
                         int64_t begin, int64_t end) {                                                                       \
    if (m->cache_is_f32) {                                                                                                   \
      attend_rows(n, 1, t, m, layer, slice, kv_head, begin, end);                                                            \
    } else {                                                                                                                 \
      attend_rows(n, 0, t, m, layer, slice, kv_head, begin, end);                                                            \
    }                                                                                                                        \
  }
typedef void (*attend_function)(attended *, const weir_model *, int32_t, const weir_slice *, int32_t, int64_t, int64_t);
ROWS(1)
#if defined(WEIR_LANES_AVX512) || defined(WEIR_LANES_AVX2)
ROWS(2)
ROWS(3)
ROWS(4)
ROWS(5)
ROWS(6)
ROWS(7)
ROWS(8)
enum { ROWS_AT_ONCE = 8 };
static const attend_function by_rows[] = {attend_1, attend_2, attend_3, attend_4, attend_5, attend_6, attend_7, attend_8};
#else
enum { ROWS_AT_ONCE = 1 }; /* no registers to fill */
static const attend_function by_rows[] = {attend_1};
#endif

static int64_t visible_from(const weir_model *m, int32_t layer, int64_t position) {
  return weir_visible_from(m->layer[layer].window, position);
}

/* Rows `at` to `at + rows` - 1 of a kv head, with nothing seen yet. */
static void begin_rows(attended *t, const weir_model *m, int32_t layer, const weir_slice *slice, int32_t kv_head, int64_t at, int64_t rows) {
  int64_t size = m->head_size, group = m->heads / m->kv_heads, stride = m->layer[layer].qkv.rows;
  for (int64_t r = 0; r < rows; r++) {
    int64_t token = (at + r) / group, head = kv_head * group + (at + r) % group;
    __builtin_memcpy(t->query[r], m->y + (slice->row + token) * stride + head * size, (size_t)size * sizeof(float));
    t->high[r] = slice->position + token + 1;
    t->low[r] = visible_from(m, layer, slice->position + token);
  }
}

static void nothing_seen(attended *t, int64_t rows, int64_t size) {
  for (int64_t r = 0; r < rows; r++) {
    __builtin_memset(t->mixed[r], 0, (size_t)size * sizeof(float));
    lanes_store(t->sum[r], lanes_zero());
    t->largest[r] = -FLT_MAX;
  }
}

static part part_of(attended *t, int64_t r) { return (part){t->mixed[r], t->sum[r], t->largest + r}; }

/* A row's part of a kv head in memory, [splits from the first][rows of the kv head]. */
static part stored(float *parts, int64_t index, int64_t size) {
  float *at = parts + index * weir_part_floats(size);
  return (part){at, at + size, at + size + WEIR_LANES};
}

static void copy_part(part to, part from, int64_t size) {
  __builtin_memcpy(to.mixed, from.mixed, (size_t)size * sizeof(float));
  lanes_store(to.sum, lanes_load(from.sum));
  *to.largest = *from.largest;
}

/* What was seen before, and of the positions after it. */
static void merge(part to, part from, int64_t size) {
  float largest = *from.largest > *to.largest ? *from.largest : *to.largest;
  lanes shrink = lanes_exp(lanes_set(*to.largest - largest)), add = lanes_exp(lanes_set(*from.largest - largest));
  lanes_store(to.sum, lanes_fma(lanes_load(from.sum), add, lanes_mul(lanes_load(to.sum), shrink)));
  for (int64_t d = 0; d < size; d += WEIR_LANES)
    lanes_store(to.mixed + d, lanes_fma(lanes_load(from.mixed + d), add, lanes_mul(lanes_load(to.mixed + d), shrink)));
  *to.largest = largest;
}

static void finish(const weir_model *m, int32_t layer, const weir_slice *slice, int32_t kv_head, int64_t row, part of) {
  int64_t size = m->head_size, group = m->heads / m->kv_heads;
  float *to = m->mixed + (slice->row + row / group) * m->layer[layer].output.columns + (kv_head * group + row % group) * size;
  lanes inverse = lanes_set(1 / lanes_sum(lanes_load(of.sum)));
  for (int64_t d = 0; d < size; d += WEIR_LANES) lanes_store(to + d, lanes_mul(lanes_load(of.mixed + d), inverse));
}

void NAME(attend)(const weir_model *m, int32_t layer, const weir_slice *slice, int32_t kv_head, int64_t first, int64_t last) {
  int64_t size = m->head_size;
  attended t;
  float seen[WEIR_TILE][WEIR_HEAD_SIZE + 2 * WEIR_LANES];
  for (int64_t at = first; at < last; at += ROWS_AT_ONCE) {
    int64_t rows = last - at < ROWS_AT_ONCE ? last - at : ROWS_AT_ONCE;
    begin_rows(&t, m, layer, slice, kv_head, at, rows);
    int64_t split = t.low[0] / WEIR_SPLIT, end = (t.high[rows - 1] - 1) / WEIR_SPLIT, single = split == end;
    for (; split <= end; split++) {
      nothing_seen(&t, rows, size);
      by_rows[rows - 1](&t, m, layer, slice, kv_head, split * WEIR_SPLIT, (split + 1) * WEIR_SPLIT);
      for (int64_t r = 0; !single && r < rows; r++) {
        int64_t from = t.low[r] / WEIR_SPLIT, to = (t.high[r] - 1) / WEIR_SPLIT;
        if (split == from) copy_part(stored(seen[r], 0, size), part_of(&t, r), size);
        if (split > from && split <= to) merge(stored(seen[r], 0, size), part_of(&t, r), size);
      }
    }
    for (int64_t r = 0; r < rows; r++) finish(m, layer, slice, kv_head, at + r, single ? part_of(&t, r) : stored(seen[r], 0, size));
  }
}

void NAME(attend_part)(const weir_model *m, int32_t layer, const weir_slice *slice, int32_t kv_head, int64_t split, float *parts) {
  int64_t size = m->head_size, all = (int64_t)slice->rows * (m->heads / m->kv_heads);
  attended t;
  for (int64_t at = 0; at < all; at += ROWS_AT_ONCE) {
    int64_t rows = all - at < ROWS_AT_ONCE ? all - at : ROWS_AT_ONCE;
    begin_rows(&t, m, layer, slice, kv_head, at, rows);
    nothing_seen(&t, rows, size);
    by_rows[rows - 1](&t, m, layer, slice, kv_head, split * WEIR_SPLIT, (split + 1) * WEIR_SPLIT);
    for (int64_t r = 0; r < rows; r++) copy_part(stored(parts, at + r, size), part_of(&t, r), size);
  }
}

void NAME(attend_merge)(const weir_model *m, int32_t layer, const weir_slice *slice, int32_t kv_head, float *parts) {
  int64_t size = m->head_size, group = m->heads / m->kv_heads, rows = slice->rows * group;
  int64_t first = visible_from(m, layer, slice->position) / WEIR_SPLIT;
  for (int64_t row = 0; row < rows; row++) {
    int64_t position = slice->position + row / group, from = visible_from(m, layer, position) / WEIR_SPLIT;
    part of = stored(parts, (from - first) * rows + row, size);
    for (int64_t split = from + 1; split <= position / WEIR_SPLIT; split++) merge(of, stored(parts, (split - first) * rows + row, size), size);
    finish(m, layer, slice, kv_head, row, of);
  }
}
