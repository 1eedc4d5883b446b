/*
 * Steps of random small models on every variant of the kernels. Every buffer is just as large as weir.h asks, and watched: on the heap
 * by the sanitizers, or in pages between guards, which the optimised library runs into; weights and what a step is told are read-only
 * then. Results must be the portable variant's, bit for bit, whatever the threads, and whatever was in the cache and the scratch memory
 * before. The floating-point mode must stay as it was.
 *
 * kernels-test heap|end|start: where buffers lie.
 */
#include "buffers.h"

#include <immintrin.h>
#include <math.h>
#include <stddef.h>

#include "matrices.h"

enum { MODELS = 60, MOST_ROWS = 20, SLICES = 4, STEPS = 3, BLOCKS = 24, CONTEXT = 64, WORDS = 20 };

/* What a run computed: three steps' logits and answers. */
typedef struct {
  float *logits;
  weir_query *queries;
  int32_t *tails;
  uint64_t *lists; /* digests */
  int64_t count, stride;
} answers;

static float *vector(const char *name, int64_t n, int64_t padded_to, float center) {
  float *v = buffer(name, padded_to * 4);
  for (int64_t i = 0; i < padded_to; i++) v[i] = i < n ? center + uniform() / 4 : 0;
  return v;
}

/* Of tiles of 8 rows: those beyond the last row are read. */
static weir_activations activations(int64_t rows, int64_t columns, int exact) {
  weir_activations a = {0};
  int64_t elements = padded(rows, WEIR_TILE) * columns;
  a.exact = buffer("exact activations", elements * 4); /* adapters read it too */
  if (!exact) {
    a.values = buffer("quantised activations", elements);
    a.scale = buffer("scales of activations", elements / 8);
    a.shift = buffer("shifts of activations", elements / 8);
    a.zero = buffer("zeros of activations", elements / 8);
    a.halves = buffer("halves of activations", elements / 4);
  }
  return a;
}

static weir_matrix table(const char *name, int64_t rows, int64_t columns) {
  return matrix(name, rows, columns, padded(rows, WEIR_LANES), WEIR_F32);
}

/* Of pictures, which some end before their last cell and some go on behind it; or of texts. */
static weir_grid random_grid(int64_t vocabulary, int64_t hidden) {
  if (below(3)) return (weir_grid){0};
  int32_t side = 2 + (int32_t)below(8);
  return (weir_grid){.above = table("above", vocabulary + 1, hidden),
                     .row = table("row", side, hidden),
                     .column = table("column", side, hidden),
                     .side = side,
                     .prefix = 1 + (int32_t)below(20)};
}

static weir_model random_model(void) {
  weir_model m = {.layers = 1 + (int32_t)below(2), .kv_heads = 1 + (int32_t)below(3), .head_size = 16 * (1 + (int32_t)below(below(4) ? 5 : 16))};
  int32_t format = (int32_t)below(WEIR_FORMATS + 1), mixed = format == WEIR_FORMATS;
  int whole = format == WEIR_Q4 || format == WEIR_Q5, super = mixed || (format >= WEIR_Q4_K && format <= WEIR_Q6_K);
  m.exact = format == WEIR_F32 || format == WEIR_BF16;
  m.cache_is_f32 = format == WEIR_F32;
  m.heads = m.kv_heads * (1 + (int32_t)below(5));
  if (whole) m.head_size = 32 * (1 + (int32_t)below(below(4) ? 3 : 8));
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
  weir_layer *layers = buffer("layers", m.layers * (int64_t)sizeof *layers);
  for (int i = 0; i < m.layers; i++) {
    int biased = (int)below(2), normed = (int)below(2);
    layers[i] = (weir_layer){.qkv = matrix("qkv", qkv, m.hidden, qkv, format),
                             .output = matrix("output", m.hidden, attended, padded(m.hidden, 16), format),
                             .feed = matrix("feed", feed, m.hidden, feed, format),
                             .down = matrix("down", m.hidden, m.intermediate, padded(m.hidden, 16), format),
                             .attention_norm = vector("attention_norm", m.hidden, width, 1),
                             .feed_norm = vector("feed_norm", m.hidden, width, 1),
                             .query_norm = normed ? vector("query_norm", m.head_size, m.head_size, 1) : 0,
                             .key_norm = normed ? vector("key_norm", m.head_size, m.head_size, 1) : 0,
                             .qkv_bias = biased ? vector("qkv_bias", qkv, qkv, 0) : 0,
                             .output_bias = biased ? vector("output_bias", m.hidden, padded(m.hidden, 16), 0) : 0,
                             .feed_bias = biased ? vector("feed_bias", feed, feed, 0) : 0,
                             .down_bias = biased ? vector("down_bias", m.hidden, padded(m.hidden, 16), 0) : 0,
                             .window = below(2) ? 1 + below(40) : 0};
  }
  m.layer = layers;
  m.final_norm = vector("final_norm", m.hidden, width, 1);
  m.grid = random_grid(m.vocabulary, m.hidden);
  if (m.grid.side) {
    m.embedding = table("embedding", m.vocabulary + WORDS, m.hidden);
    m.head = matrix("head", m.vocabulary, m.hidden, padded(m.vocabulary, 16), format);
  } else {
    m.embedding = matrix("embedding", m.vocabulary, m.hidden, padded(m.vocabulary, 16), format);
    m.head = below(2) ? m.embedding : matrix("head", m.vocabulary, m.hidden, padded(m.vocabulary, 16), format);
  }
  m.cosine = vector("cosine", (int64_t)CONTEXT * m.pairs, (int64_t)CONTEXT * m.pairs, 0);
  m.sine = vector("sine", (int64_t)CONTEXT * m.pairs, (int64_t)CONTEXT * m.pairs, 0);
  return m;
}

/* One linear layer of an adapter, or none. */
static weir_low_rank low_rank(int64_t inputs, int64_t columns, int64_t outputs, int32_t first, int32_t turns) {
  if (below(3) == 0) return (weir_low_rank){0};
  weir_low_rank part = {.rank = 1 + (int32_t)below(40), .first = first, .turns = turns, .scale = uniform()};
  part.panels = (int32_t)(padded(outputs, WEIR_LANES) / WEIR_LANES);
  int64_t rows = padded(part.rank, WEIR_LANES);
  float *a = buffer("adapter a", rows * columns * 4), *b = buffer("adapter b", (int64_t)part.panels * part.rank * WEIR_LANES * 4);
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
  weir_adapter *adapter = buffer("adapter", m->layers * (int64_t)sizeof *adapter);
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

/* Keys and values that nobody wrote, of which none may reach anybody. */
static void fresh_cache(weir_model *m) {
  int64_t elements = m->layers * m->cache_blocks * m->kv_heads * cache_head(m);
  m->cache = buffer("cache", elements * (m->cache_is_f32 ? 4 : 2));
  float infinite = INFINITY;
  for (int64_t i = 0; garbage == INFINITE && m->cache_is_f32 && i < elements; i++) memcpy((float *)m->cache + i, &infinite, 4);
}

/* What a step of so many rows writes to. */
static void fresh_scratch(weir_model *m, int64_t rows) {
  int64_t width = padded(m->hidden, 32), attended = padded((int64_t)m->heads * m->head_size, 32);
  m->x = buffer("x", rows * width * 4);
  m->y = buffer("y", rows * m->layer[0].qkv.rows * 4);
  m->mixed = buffer("mixed", rows * attended * 4);
  memset(m->mixed, 0, (size_t)(rows * attended * 4)); /* its padding is never written */
  m->reduced = buffer("reduced", rows * WEIR_MATRIX_PARTS * WEIR_RANK * 4);
  m->parts = buffer("parts", (int64_t)WEIR_PART_ROWS * (m->head_size + 32) * 4);
  m->narrow = activations(rows, width > attended ? width : attended, m->exact);
  m->wide = activations(rows, padded(m->intermediate, 32), m->exact);
}

static weir_query random_query(const weir_model *m, int32_t row, float *logits) {
  int32_t edits = (int32_t)below((uint32_t)lesser_of(m->vocabulary, 3) + 1), first = (int32_t)below((uint32_t)m->vocabulary);
  int64_t words = (m->vocabulary + 63) / 64;
  int32_t *ids = buffer("edit_ids", edits * 4);
  float *bias = buffer("bias", edits * 4), *repetition = buffer("repetition", edits * 4), *reduction = buffer("reduction", edits * 4);
  uint64_t *allowed = buffer("allowed", words * 8);
  for (int32_t i = 0; i < edits; i++) {
    ids[i] = (first + i) % m->vocabulary;
    bias[i] = uniform(), repetition[i] = 1.5f, reduction[i] = 0.5f;
  }
  for (int64_t i = 0; i < words; i++) allowed[i] = (uint64_t)below(1u << 31) << 33 | below(1u << 31) | 1;
  int32_t most = (int32_t)lesser_of(m->vocabulary, WEIR_CANDIDATES);
  return (weir_query){.row = row, .logits = logits, .inverse_temperature = 0.7f, .candidates = (int32_t)below((uint32_t)most + 1),
                      .alternatives = below(2) ? (int32_t)lesser_of(m->vocabulary, 20) : 0, .edits = edits, .edit_ids = ids,
                      .bias = bias, .repetition = repetition, .reduction = reduction, .allowed = below(2) ? allowed : 0,
                      .list_room = below(2) ? (int32_t)below((uint32_t)m->vocabulary + 1) : 0, .list_count = (int32_t)below(9),
                      .list_share = (1 + below(8)) / 8.0, .list_mass = below(4) / 4.0};
}

static uint64_t digest(uint64_t so_far, const void *of, int64_t bytes) {
  for (int64_t i = 0; i < bytes; i++) so_far = (so_far ^ ((const uint8_t *)of)[i]) * 0x100000001b3;
  return so_far;
}

/* Of a shortlist that was made; of none it is 0. */
static uint64_t list_digest(const weir_query *q) {
  if (q->listed <= 0) return 0;
  return digest(digest(digest(1, q->list_ids, q->listed * 4), q->list_logits, q->listed * 4), q->list_weights, q->listed * 4);
}

/* A step of some sequences, whose positions move on; what it answers is added. */
static void random_step(weir_model *m, const weir_adapter *const *adapters, int32_t *position, answers *to) {
  int first = buffer_count;
  int32_t slice_count = 1 + (int32_t)below(SLICES), counts[SLICES], row = 0;
  for (int i = 0; i < slice_count; i++) row += counts[i] = below(2) ? 1 : 1 + (int32_t)below(MOST_ROWS);
  int32_t *tokens = buffer("tokens", row * 4), *positions = buffer("positions", row * 4), words = m->grid.side ? WORDS : 0;
  int32_t *before = words ? buffer("before", row * 4) : 0;
  weir_slice *slices = buffer("slices", slice_count * (int64_t)sizeof *slices);
  const weir_adapter **of = buffer("adapters", row * (int64_t)sizeof *of);
  int32_t rows = row;
  row = 0;
  for (int i = 0; i < slice_count; i++) {
    int32_t blocks = (position[i] + counts[i] + 15) / 16, *table = buffer("blocks", blocks * 4);
    for (int b = 0; b < blocks; b++) table[b] = (b * SLICES + i + 7) % BLOCKS;
    slices[i] = (weir_slice){table, row, counts[i], position[i], 0};
    for (int r = 0; r < counts[i]; r++, row++) {
      tokens[row] = (int32_t)below((uint32_t)(m->vocabulary + words));
      if (before) before[row] = (int32_t)below((uint32_t)(m->vocabulary + words + 1)) - 1;
      positions[row] = position[i]++;
      of[row] = adapters[i];
    }
  }
  int32_t count = 1 + (int32_t)below((uint32_t)rows);
  float *logits = buffer("logits", count * to->stride * 4);
  weir_query asked[SLICES * MOST_ROWS];
  for (int q = 0; q < count; q++) asked[q] = random_query(m, rows - count + q, logits + q * to->stride);
  seal(first);
  unseal("logits");
  weir_query *queries = buffer("queries", count * (int64_t)sizeof *queries);
  for (int q = 0; q < count; q++) {
    queries[q] = asked[q];
    queries[q].unedited = buffer("unedited", asked[q].edits * 4);
    int64_t listed = asked[q].list_room > 0 ? (asked[q].list_room + 16) * 4 : 0;
    queries[q].list_ids = buffer("list_ids", listed);
    queries[q].list_logits = buffer("list_logits", listed);
    queries[q].list_weights = buffer("list_weights", listed);
  }
  fresh_scratch(m, rows);
  int64_t phases[WEIR_PHASES] = {0};
  weir_run(m, &(weir_step){.tokens = tokens, .positions = positions, .before = before, .slices = slices, .adapters = below(3) ? of : 0, .queries = queries,
                           .logits = logits, .rows = rows, .slice_count = slice_count, .query_count = count, .phases = phases});
  for (int q = 0; q < count; q++) {
    memcpy(to->logits + to->count * to->stride, logits + q * to->stride, (size_t)to->stride * 4);
    to->queries[to->count] = queries[q];
    to->lists[to->count] = list_digest(queries + q);
    to->tails[to->count++] = queries[q].candidates > 0 && queries[q].arg_max >= 0 ? weir_tail(m, queries + q, 0.01) : -1;
  }
}

/* The same steps for every variant. */
static answers run_steps(weir_model *m, const weir_adapter *const *adapters, uint64_t schedule) {
  seed = schedule;
  int64_t most = STEPS * SLICES * MOST_ROWS;
  answers all = {.stride = m->head.rows};
  all.logits = malloc((size_t)(most * all.stride) * 4);
  all.queries = malloc((size_t)most * sizeof *all.queries);
  all.tails = malloc((size_t)most * sizeof *all.tails);
  all.lists = malloc((size_t)most * sizeof *all.lists);
  if (!all.logits || !all.queries || !all.tails || !all.lists) give_up("no memory for", "answers");
  int32_t position[SLICES] = {0};
  for (int s = 0; s < STEPS; s++) random_step(m, adapters, position, &all);
  return all;
}

static int same_floats(const float *a, const float *b, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    if (memcmp(a + i, b + i, 4) && !(isnan(a[i]) && isnan(b[i]))) return 0;
  return 1;
}

static int same(const answers *a, const answers *b) {
  if (a->count != b->count || !same_floats(a->logits, b->logits, a->count * a->stride)) return 0;
  for (int64_t q = 0; q < a->count; q++)
    if (memcmp(a->queries + q, b->queries + q, offsetof(weir_query, row)) || a->tails[q] != b->tails[q] || a->lists[q] != b->lists[q]) return 0;
  return 1;
}

static void free_answers(answers *of) {
  free(of->logits);
  free(of->queries);
  free(of->tails);
  free(of->lists);
}

/* Whether all variants agree on a model; *answered is how many rows have an arg max. */
static int agree(uint64_t model, void **pools, int64_t *answered) {
  seed = model;
  weir_model m = random_model();
  const weir_adapter *first = random_adapter(&m), *adapters[SLICES] = {first, 0, random_adapter(&m), first};
  seal(0);
  int kept = buffer_count, agreed = 1;
  answers expected = {0};
  for (m.variant = WEIR_PORTABLE; agreed && m.variant < WEIR_VARIANTS; m.variant++)
    for (int run = 0; agreed && run < 2 && weir_has_variant(m.variant); run++) {
      garbage = (enum garbage)((m.variant + run + (int)model) % 3);
      m.pool = pools[run];
      fresh_cache(&m);
      answers found = run_steps(&m, adapters, model * 77);
      if (!expected.logits) {
        expected = found;
      } else {
        agreed = same(&found, &expected);
        if (!agreed) fprintf(stderr, "model %d differs on variant %d, run %d\n", (int)model, m.variant, run);
        free_answers(&found);
      }
      free_buffers(kept);
    }
  for (int64_t q = 0; q < expected.count; q++) *answered += expected.queries[q].arg_max >= 0;
  free_answers(&expected);
  free_buffers(0);
  return agreed;
}

/* As the ABI has it at the start of a process: subnormal numbers are numbers, nothing traps. */
static void check_mode(const char *when) {
  if ((_mm_getcsr() & ~0x3fu) != 0x1f80) give_up("the floating-point mode is another one after", when);
}

int main(int count, char **arguments) {
  const char *where = count > 1 ? arguments[1] : "heap";
  placement = strcmp(where, "end") == 0 ? BEFORE_A_GUARD : strcmp(where, "start") == 0 ? BEHIND_A_GUARD : ON_THE_HEAP;
  if (placement != ON_THE_HEAP) watch();
  check_mode("a library was loaded"); /* -ffast-math links what sets it before main */
  void *pools[] = {weir_pool_open(1), weir_pool_open(3)};
  int64_t answered = 0;
  for (uint64_t i = 1; i <= MODELS; i++)
    if (!agree(i, pools, &answered)) return 1;
  weir_pool_close(pools[0]);
  weir_pool_close(pools[1]);
  check_mode("steps");
  if (answered < 10 * MODELS) { /* what is not a number agrees with everything */
    fprintf(stderr, "only %d rows have numbers\n", (int)answered);
    return 1;
  }
  printf("%d models, %d rows with numbers, agree on variants", MODELS, (int)answered);
  for (int32_t v = 0; v < WEIR_VARIANTS; v++)
    if (weir_has_variant(v)) printf(" %d", v);
  printf(", buffers at: %s\n", where);
  return 0;
}
