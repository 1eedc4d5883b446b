/*
 * Steps of random small models on every variant of the kernels, for the sanitizers: every buffer is an allocation of its own of just the
 * size that weir.h asks for, so that a read or a write beyond it is seen. Results must be the portable variant's, bit for bit, whatever
 * the threads; the floating-point mode must stay as it was.
 */
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops.h"

enum { MODELS = 40, ROWS = 48, SLICES = 4, BLOCKS = 24, CONTEXT = 96, MOST_BUFFERS = 16384 };

static uint64_t seed;
static uint32_t below(uint32_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33) % n;
}
static float uniform(void) { return (float)below(20001) / 10000 - 1; }
static int64_t lesser_of(int64_t a, int64_t b) { return a < b ? a : b; }

static void *buffers[MOST_BUFFERS];
static int buffer_count;

/* What nobody wrote is not a number. */
static void *buffer(int64_t bytes) {
  void *p = aligned_alloc(64, (size_t)padded(bytes, 64));
  if (!p || buffer_count == MOST_BUFFERS) {
    fprintf(stderr, "no room for a buffer\n");
    exit(2);
  }
  memset(p, 0xff, (size_t)padded(bytes, 64));
  return buffers[buffer_count++] = p;
}

static float *vector(int64_t n, int64_t padded_to, float center) {
  float *v = buffer(padded_to * 4);
  for (int64_t i = 0; i < padded_to; i++) v[i] = i < n ? center + uniform() / 4 : 0;
  return v;
}

/* Blocks of a source: where their scales in f16 lie, and what these stay below, so that weights are about 1. */
static const struct {
  int64_t elements, bytes, scale, minimum; /* -1: none */
  uint32_t scale_below, minimum_below;
} blocks[] = {{32, 18, 0, -1, 0x2400, 0},        {32, 20, 0, 2, 0x2400, 0x3000},       {32, 22, 0, -1, 0x2000, 0},
              {32, 24, 0, 2, 0x2000, 0x3000},    {32, 34, 0, -1, 0x2400, 0},           {256, 144, 0, 2, 0x1000, 0x1000},
              {256, 176, 0, 2, 0x0c00, 0x1000}, {256, 210, 208, -1, 0x0800, 0},       {1, 4, -1, -1, 0, 0},
              {1, 2, 0, -1, 0x3400, 0},          {1, 2, 0, -1, 0x3e80, 0}};

static int32_t source_of(int32_t format, int64_t columns) {
  switch (format) {
    case WEIR_Q4:
      return below(2) ? WEIR_FROM_Q4_0 : WEIR_FROM_Q4_1;
    case WEIR_Q5:
      return below(2) ? WEIR_FROM_Q5_0 : WEIR_FROM_Q5_1;
    case WEIR_Q8:
      return columns % WEIR_GROUP == 0 && below(2) ? WEIR_FROM_Q8_0 : WEIR_FROM_F32 + (int32_t)below(3);
    case WEIR_Q4_K:
      return WEIR_FROM_Q4_K;
    case WEIR_Q5_K:
      return WEIR_FROM_Q5_K;
    case WEIR_Q6_K:
      return WEIR_FROM_Q6_K;
    default:
      return WEIR_FROM_F32 + (int32_t)below(3);
  }
}

static void put_half(uint8_t *to, uint32_t limit, uint32_t sign) {
  uint16_t half = (uint16_t)(below(limit) | sign);
  memcpy(to, &half, 2);
}

/* Rows of a checkpoint, to be freed. */
static uint8_t *random_rows(int32_t source, int64_t elements) {
  int64_t size = blocks[source].bytes, bytes = elements / blocks[source].elements * size;
  uint8_t *stored = malloc((size_t)bytes);
  for (int64_t at = 0; at < bytes; at += size) {
    if (source == WEIR_FROM_F32) {
      float v = below(50) ? uniform() / 4 : below(2) ? 1e-40f : 3;
      memcpy(stored + at, &v, 4);
      continue;
    }
    for (int64_t i = 0; i < size; i++) stored[at + i] = (uint8_t)below(256);
    put_half(stored + at + blocks[source].scale, blocks[source].scale_below, below(2) << 15);
    if (blocks[source].minimum > 0) put_half(stored + at + blocks[source].minimum, blocks[source].minimum_below, below(2) << 15);
  }
  return stored;
}

/* The format of a panel of a matrix whose panels differ. */
static int32_t any_of(int32_t format) { return format == WEIR_FORMATS ? (int32_t)below(WEIR_F32) : format; }

/* A matrix from rows as a checkpoint stores them; rows that are only padding stay zeros. */
static weir_matrix matrix(int64_t rows, int64_t columns, int64_t padded_rows, int32_t format) {
  int32_t width = (int32_t)padded(columns, WEIR_GROUP);
  int64_t count = padded_rows / WEIR_LANES, bytes = 0;
  weir_panel *each = buffer(count * (int64_t)sizeof *each);
  for (int64_t p = 0; p < count; p++) {
    each[p] = (weir_panel){bytes, any_of(format), 0};
    bytes += weir_panel_stride(each[p].format, width);
  }
  void *panels = buffer(bytes);
  memset(panels, 0, (size_t)bytes);
  weir_matrix m = {panels, format == WEIR_FORMATS ? each : 0, bytes / count, (int32_t)padded_rows, width, each[0].format, 0};
  for (int64_t p = 0; p * WEIR_LANES < rows; p++) {
    int32_t source = source_of(each[p].format, columns), n = (int32_t)lesser_of(WEIR_LANES, rows - p * WEIR_LANES), targets[WEIR_LANES];
    uint8_t *stored = random_rows(source, n * columns);
    for (int32_t i = 0; i < n; i++) targets[i] = (int32_t)(p * WEIR_LANES) + n - 1 - i;
    if (weir_pack(&m, stored, source, columns, n, targets)) {
      fprintf(stderr, "a matrix was refused\n");
      exit(3);
    }
    free(stored);
  }
  return m;
}

static weir_activations activations(int64_t columns, int exact) {
  weir_activations a = {0};
  int64_t elements = padded(ROWS, WEIR_TILE) * columns;
  if (exact) {
    a.exact = buffer(elements * 4 + 8 * columns * 4);
  } else {
    a.values = buffer(elements);
    a.scale = buffer(elements / 8);
    a.shift = buffer(elements / 8);
    a.zero = buffer(elements / 8);
    a.halves = buffer(elements / 4);
  }
  return a;
}

static weir_model random_model(void) {
  weir_model m = {.layers = 1 + (int32_t)below(2), .kv_heads = 1 + (int32_t)below(3), .head_size = 16 * (1 + (int32_t)below(5))};
  int32_t format = (int32_t)below(WEIR_FORMATS + 1), mixed = format == WEIR_FORMATS;
  int whole = format == WEIR_Q4 || format == WEIR_Q5, super = mixed || (format >= WEIR_Q4_K && format <= WEIR_Q6_K);
  m.exact = format == WEIR_F32 || format == WEIR_BF16;
  m.cache_is_f32 = format == WEIR_F32;
  m.heads = m.kv_heads * (1 + (int32_t)below(5));
  if (whole) m.head_size = 32 * (1 + (int32_t)below(3));
  m.hidden = whole ? 32 * (1 + (int32_t)below(3)) : 8 + (int32_t)below(90);
  m.intermediate = whole ? 32 * (1 + (int32_t)below(4)) : 1 + (int32_t)below(120);
  m.vocabulary = 1 + (int32_t)below(300);
  if (super) { /* few, but rows are long */
    m.layers = 1;
    m.kv_heads = 1 << below(3);
    m.heads = m.kv_heads << below(2);
    m.head_size = 256 / m.heads;
    m.hidden = 256 * (1 + (int32_t)below(2));
    m.intermediate = 256;
    m.vocabulary = 1 + (int32_t)below(60);
  }
  m.pairs = 1 + (int32_t)below((uint32_t)m.head_size / 2);
  m.epsilon = 1e-5f;
  m.query_scale = 0.25f;
  m.cache_blocks = BLOCKS;
  int64_t width = padded(m.hidden, 32), attended = (int64_t)m.heads * m.head_size, qkv = attended + 2 * m.kv_heads * m.head_size;
  int64_t feed = 2 * padded(m.intermediate, 32);
  weir_layer *layers = buffer(m.layers * (int64_t)sizeof *layers);
  for (int i = 0; i < m.layers; i++) {
    int biased = (int)below(2), normed = (int)below(2);
    layers[i] = (weir_layer){.qkv = matrix(qkv, m.hidden, qkv, format),
                             .output = matrix(m.hidden, attended, padded(m.hidden, 16), format),
                             .feed = matrix(feed, m.hidden, feed, format),
                             .down = matrix(m.hidden, m.intermediate, padded(m.hidden, 16), format),
                             .attention_norm = vector(m.hidden, width, 1),
                             .feed_norm = vector(m.hidden, width, 1),
                             .query_norm = normed ? vector(m.head_size, m.head_size, 1) : 0,
                             .key_norm = normed ? vector(m.head_size, m.head_size, 1) : 0,
                             .qkv_bias = biased ? vector(qkv, qkv, 0) : 0,
                             .output_bias = biased ? vector(m.hidden, width, 0) : 0,
                             .feed_bias = biased ? vector(feed, feed, 0) : 0,
                             .down_bias = biased ? vector(m.hidden, width, 0) : 0,
                             .window = below(2) ? 1 + below(40) : 0};
  }
  m.layer = layers;
  m.final_norm = vector(m.hidden, width, 1);
  m.embedding = matrix(m.vocabulary, m.hidden, padded(m.vocabulary, 16), format);
  m.head = below(2) ? m.embedding : matrix(m.vocabulary, m.hidden, padded(m.vocabulary, 16), format);
  m.cosine = vector((int64_t)CONTEXT * m.pairs, (int64_t)CONTEXT * m.pairs, 0);
  m.sine = vector((int64_t)CONTEXT * m.pairs, (int64_t)CONTEXT * m.pairs, 0);
  return m;
}

/* What a run writes to: a cache of garbage that is not a number, and scratch. */
static void fresh_buffers(weir_model *m) {
  int64_t width = padded(m->hidden, 32), attended = padded((int64_t)m->heads * m->head_size, 32);
  m->cache = buffer(m->layers * m->cache_blocks * m->kv_heads * cache_head(m) * (m->cache_is_f32 ? 4 : 2));
  m->x = buffer(ROWS * width * 4);
  m->y = buffer((int64_t)ROWS * m->layer[0].qkv.rows * 4);
  m->mixed = buffer(ROWS * attended * 4);
  memset(m->mixed, 0, (size_t)(ROWS * attended * 4)); /* its padding is never written */
  m->narrow = activations(width > attended ? width : attended, m->exact);
  m->wide = activations(padded(m->intermediate, 32), m->exact);
}

/* Three steps of some sequences, the same for every variant; logits of all rows come back. */
static float *three_steps(weir_model *m, uint64_t schedule) {
  seed = schedule;
  int64_t stride = m->head.rows;
  float *all = buffer(3 * ROWS * stride * 4), *logits = all;
  int32_t position[SLICES] = {0};
  for (int s = 0; s < 3; s++) {
    int32_t *tokens = buffer(ROWS * 4), *positions = buffer(ROWS * 4), *tables[SLICES];
    weir_slice *slices = buffer(SLICES * (int64_t)sizeof *slices);
    weir_query *queries = buffer(ROWS * (int64_t)sizeof *queries);
    int32_t row = 0;
    for (int i = 0; i < SLICES; i++) {
      int32_t rows = below(2) ? 1 : 1 + (int32_t)below(12);
      tables[i] = buffer((position[i] + rows + 15) / 16 * 4);
      for (int b = 0; b < (position[i] + rows + 15) / 16; b++) tables[i][b] = b * SLICES + i;
      slices[i] = (weir_slice){tables[i], row, rows, position[i], 0};
      for (int r = 0; r < rows; r++, row++) {
        tokens[row] = (int32_t)below((uint32_t)m->vocabulary);
        positions[row] = position[i]++;
      }
    }
    int32_t count = 1 + (int32_t)below((uint32_t)row);
    for (int q = 0; q < count; q++) {
      int32_t edits = (int32_t)below(2);
      int32_t *id = buffer(4);
      float *values = buffer(4 * 4);
      uint64_t *allowed = buffer((m->vocabulary + 63) / 64 * 8);
      *id = (int32_t)below((uint32_t)m->vocabulary);
      values[0] = uniform(), values[1] = 1.5f, values[2] = 0.5f;
      queries[q] = (weir_query){.row = row - count + q, .logits = logits + q * stride, .inverse_temperature = 0.7f,
                                .candidates = (int32_t)below((uint32_t)lesser_of(m->vocabulary, 64) + 1),
                                .alternatives = below(2) ? (int32_t)lesser_of(m->vocabulary, 20) : 0, .edits = edits, .edit_ids = id,
                                .bias = values, .repetition = values + 1, .reduction = values + 2, .unedited = values + 3,
                                .allowed = below(2) ? allowed : 0};
    }
    weir_step step = {tokens, positions, slices, queries, logits, row, SLICES, count, 0};
    weir_run(m, &step);
    for (int q = 0; q < count; q++)
      if (queries[q].candidates > 0 && queries[q].arg_max >= 0) {
        float drawn = (float)weir_tail(m, queries + q, 0.01);
        logits[q * stride] += drawn + (float)queries[q].log_normalizer; /* compared with the rest */
      }
    logits += ROWS * stride;
  }
  return all;
}

int main(void) {
  uint32_t mode = _mm_getcsr();
  int32_t best = weir_best_variant();
  int answered = 0;
  void *pools[] = {weir_pool_open(1), weir_pool_open(3)};
  for (uint64_t i = 1; i <= MODELS; i++) {
    seed = i;
    weir_model m = random_model();
    float *expected = 0;
    for (m.variant = WEIR_PORTABLE; m.variant <= best; m.variant++)
      for (int p = 0; p < 2; p++) {
        m.pool = pools[p];
        fresh_buffers(&m);
        float *logits = three_steps(&m, i * 77);
        if (!expected) expected = logits;
        if (memcmp(logits, expected, (size_t)(3 * ROWS * m.head.rows) * 4)) {
          fprintf(stderr, "model %d differs on variant %d\n", (int)i, m.variant);
          return 1;
        }
      }
    answered += expected[0] == expected[0];
    while (buffer_count > 0) free(buffers[--buffer_count]);
  }
  weir_pool_close(pools[0]);
  weir_pool_close(pools[1]);
  if ((_mm_getcsr() & ~0x3fu) != (mode & ~0x3fu)) {
    fprintf(stderr, "the floating-point mode changed\n");
    return 1;
  }
  if (answered < MODELS / 2) { /* what is not a number agrees with everything */
    fprintf(stderr, "only %d models compute numbers\n", answered);
    return 1;
  }
  printf("%d models agree on %d variants\n", MODELS, best + 1);
  return 0;
}
