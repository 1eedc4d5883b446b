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

/* A matrix from rows as a checkpoint stores them; rows that are only padding stay zeros. */
static weir_matrix matrix(int64_t rows, int64_t columns, int64_t padded_rows, int32_t format) {
  int32_t width = (int32_t)padded(columns, WEIR_GROUP);
  weir_matrix m = {0, weir_panel_stride(format, width), (int32_t)padded_rows, width, format, 0};
  void *panels = buffer(m.stride * padded_rows / WEIR_LANES);
  memset(panels, 0, (size_t)(m.stride * padded_rows / WEIR_LANES));
  m.panels = panels;
  int32_t source = 3;
  if (format == WEIR_Q4) source = (int32_t)below(2);
  if (format == WEIR_Q8 && columns % WEIR_GROUP == 0 && below(2)) source = 2;
  static const int64_t block[] = {18, 20, 34};
  int64_t bytes = rows * (source == 3 ? columns * 4 : width / WEIR_GROUP * block[source]);
  uint8_t *stored = malloc((size_t)bytes);
  int32_t *targets = malloc((size_t)rows * sizeof *targets);
  for (int64_t i = 0; i < rows; i++) targets[i] = (int32_t)(rows - 1 - i);
  if (source == 3) {
    for (int64_t i = 0; i < rows * columns; i++) {
      float v = below(50) ? uniform() / 4 : below(2) ? 1e-40f : 3;
      memcpy(stored + 4 * i, &v, 4);
    }
  } else {
    for (int64_t i = 0; i < bytes; i++) stored[i] = (uint8_t)below(256);
    for (int64_t at = 0; at < bytes; at += block[source]) { /* scales of about 1 / 64 and below */
      uint16_t d = (uint16_t)(below(0x2400) | (below(2) << 15)), least = (uint16_t)(below(0x3000) | 0x8000);
      memcpy(stored + at, &d, 2);
      if (source == 1) memcpy(stored + at + 2, &least, 2);
    }
  }
  if (weir_pack(&m, stored, source, columns, rows, targets)) {
    fprintf(stderr, "a matrix was refused\n");
    exit(3);
  }
  free(stored);
  free(targets);
  return m;
}

static weir_activations activations(int64_t columns, int exact) {
  weir_activations a = {0};
  int64_t elements = padded(ROWS, WEIR_TILE) * columns;
  a.exact = buffer(elements * 4 + 8 * columns * 4); /* adapters read it too */
  if (!exact) {
    a.values = buffer(elements);
    a.scale = buffer(elements / 8);
    a.shift = buffer(elements / 8);
    a.zero = buffer(elements / 8);
  }
  return a;
}

static weir_model random_model(void) {
  weir_model m = {.layers = 1 + (int32_t)below(2), .kv_heads = 1 + (int32_t)below(3), .head_size = 16 * (1 + (int32_t)below(5))};
  int32_t format = (int32_t)below(4), few = format == WEIR_Q4;
  m.exact = format >= WEIR_F32;
  m.cache_is_f32 = format == WEIR_F32;
  m.heads = m.kv_heads * (1 + (int32_t)below(5));
  if (few) m.head_size = 32 * (1 + (int32_t)below(3));
  m.hidden = few ? 32 * (1 + (int32_t)below(3)) : 8 + (int32_t)below(90);
  m.intermediate = few ? 32 * (1 + (int32_t)below(4)) : 1 + (int32_t)below(120);
  m.pairs = 1 + (int32_t)below((uint32_t)m.head_size / 2);
  m.vocabulary = 1 + (int32_t)below(300);
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

/* One linear layer of an adapter, or none. */
static weir_low_rank low_rank(int64_t inputs, int64_t columns, int64_t outputs, int32_t first, int32_t turns) {
  if (below(3) == 0) return (weir_low_rank){0};
  weir_low_rank part = {.rank = 1 + (int32_t)below(40), .first = first, .turns = turns, .scale = uniform()};
  part.panels = (int32_t)(padded(outputs, WEIR_LANES) / WEIR_LANES);
  int64_t rows = padded(part.rank, WEIR_LANES);
  float *a = buffer(rows * columns * 4), *b = buffer((int64_t)part.panels * part.rank * WEIR_LANES * 4);
  for (int64_t i = 0; i < rows * columns; i++) {
    int64_t row = i / columns / WEIR_LANES * WEIR_LANES + i % WEIR_LANES, k = i / WEIR_LANES % columns;
    a[i] = row < part.rank && k < inputs ? uniform() / 4 : 0;
  }
  for (int64_t i = 0; i < (int64_t)part.panels * part.rank * WEIR_LANES; i++) {
    b[i] = i / WEIR_LANES / part.rank * WEIR_LANES + i % WEIR_LANES < outputs ? uniform() / 4 : 0;
  }
  part.a = a;
  part.b = b;
  return part;
}

static weir_adapter *random_adapter(const weir_model *m) {
  int32_t width = (int32_t)padded(m->hidden, 32), queries = m->heads * m->head_size, keys = m->kv_heads * m->head_size;
  weir_adapter *adapter = buffer(m->layers * (int64_t)sizeof *adapter);
  for (int i = 0; i < m->layers; i++) {
    adapter[i] = (weir_adapter){{low_rank(m->hidden, width, queries, 0, 0),
                                 low_rank(m->hidden, width, keys, queries / 16, 0),
                                 low_rank(m->hidden, width, keys, (queries + keys) / 16, 0),
                                 low_rank(queries, padded(queries, 32), m->hidden, 0, 0),
                                 low_rank(m->hidden, width, m->intermediate, 0, 1),
                                 low_rank(m->hidden, width, m->intermediate, 1, 1),
                                 low_rank(m->intermediate, padded(m->intermediate, 32), m->hidden, 0, 0)}};
  }
  return adapter;
}

/* What a run writes to: a cache of garbage that is not a number, and scratch. */
static void fresh_buffers(weir_model *m) {
  int64_t width = padded(m->hidden, 32), attended = padded((int64_t)m->heads * m->head_size, 32);
  m->cache = buffer(m->layers * m->cache_blocks * m->kv_heads * cache_head(m) * (m->cache_is_f32 ? 4 : 2));
  m->x = buffer(ROWS * width * 4);
  m->y = buffer((int64_t)ROWS * m->layer[0].qkv.rows * 4);
  m->mixed = buffer(ROWS * attended * 4);
  memset(m->mixed, 0, (size_t)(ROWS * attended * 4)); /* its padding is never written */
  m->reduced = buffer((int64_t)ROWS * WEIR_MATRIX_PARTS * WEIR_RANK * 4);
  m->narrow = activations(width > attended ? width : attended, m->exact);
  m->wide = activations(padded(m->intermediate, 32), m->exact);
}

/* Three steps of some sequences, the same for every variant; logits of all rows come back. */
static float *three_steps(weir_model *m, const weir_adapter *const *adapters, uint64_t schedule) {
  seed = schedule;
  int64_t stride = m->head.rows;
  float *all = buffer(3 * ROWS * stride * 4), *logits = all;
  int32_t position[SLICES] = {0};
  for (int s = 0; s < 3; s++) {
    int32_t *tokens = buffer(ROWS * 4), *positions = buffer(ROWS * 4), *tables[SLICES];
    weir_slice *slices = buffer(SLICES * (int64_t)sizeof *slices);
    weir_query *queries = buffer(ROWS * (int64_t)sizeof *queries);
    const weir_adapter **of = buffer(ROWS * (int64_t)sizeof *of);
    int32_t row = 0;
    for (int i = 0; i < SLICES; i++) {
      int32_t rows = below(2) ? 1 : 1 + (int32_t)below(12);
      tables[i] = buffer((position[i] + rows + 15) / 16 * 4);
      for (int b = 0; b < (position[i] + rows + 15) / 16; b++) tables[i][b] = b * SLICES + i;
      slices[i] = (weir_slice){tables[i], row, rows, position[i], 0};
      for (int r = 0; r < rows; r++, row++) {
        tokens[row] = (int32_t)below((uint32_t)m->vocabulary);
        positions[row] = position[i]++;
        of[row] = adapters[i];
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
    int64_t phases[WEIR_PHASES] = {0};
    weir_step step = {.tokens = tokens, .positions = positions, .slices = slices, .adapters = below(3) ? of : 0, .queries = queries,
                      .logits = logits, .rows = row, .slice_count = SLICES, .query_count = count, .phases = phases};
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
    const weir_adapter *first = random_adapter(&m), *adapters[SLICES] = {first, 0, random_adapter(&m), first};
    float *expected = 0;
    for (m.variant = WEIR_PORTABLE; m.variant <= best; m.variant++)
      for (int p = 0; p < 2; p++) {
        m.pool = pools[p];
        fresh_buffers(&m);
        float *logits = three_steps(&m, adapters, i * 77);
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
