/* The operations of a step; each variant of the kernels has them all. */
#ifndef WEIR_OPS_H
#define WEIR_OPS_H
#include "weir.h"

enum {
  LINEAR_STORE, /* out = product */
  LINEAR_ADD,   /* out += product + bias */
  LINEAR_GATE   /* next = silu(gate) up: panels of gate and up take turns */
};

/* A linear layer over all rows of a step. */
typedef struct {
  const weir_matrix *matrix;
  const weir_activations *in; /* [rows, K] */
  const float *bias;          /* [N] or null; LINEAR_STORE takes none */
  float *out;                 /* [rows][stride] */
  const weir_activations *next; /* of LINEAR_GATE, [rows, N / 2] */
  int64_t stride;
  int32_t mode, rows;
  const uint8_t *wanted; /* [tiles of rows] whether a tile's outputs are needed; null: all */
  /* of the step; null: nothing is added */
  const weir_adapter *const *adapters; /* [rows] */
  const float *reduced;                /* [rows][WEIR_MATRIX_PARTS][WEIR_RANK] */
  int32_t layer, first_part, parts;
} weir_linear;

typedef struct {
  /* linear_q4.c and so on; panels first to last - 1, of LINEAR_GATE a multiple of 4 */
  void (*linear)(const weir_linear *linear, int64_t first, int64_t last);
  /* lora.c: reduced = scale A x, [rank, rounded up to 16], of a row x, [columns] */
  void (*reduce)(const weir_low_rank *part, const float *x, int64_t columns, float *reduced);
  /* embed.c: a row of the table, [hidden padded to 32] */
  void (*embed)(const weir_matrix *table, int64_t token, float *x);
  /* embed.c: adds what the position has in x that predicts a cell, the others nothing; `before` as in weir_step */
  void (*embed_cell)(const weir_model *model, int64_t position, int64_t before, float *x);
  /* norm.c: RMS norm of a row of `size` elements, n of them not padding, into a row of activations */
  void (*norm)(const float *x, const float *weight, int64_t size, int64_t n, float epsilon, int exact, const weir_activations *to,
               int64_t row);
  /* norm.c: a row as it is */
  void (*keep)(const float *x, int64_t size, int exact, const weir_activations *to, int64_t row);
  /* rope.c: biases, head norms, rotation and scale of a row of q, k and v; k and v go into the cache */
  void (*rope)(const weir_model *model, int32_t layer, float *y, int64_t position, const int32_t *blocks);
  /* attention.c: query rows first to last - 1 of a slice, as [tokens][group], of a kv head */
  void (*attend)(const weir_model *model, int32_t layer, const weir_slice *slice, int32_t kv_head, int64_t first, int64_t last);
  /* The same in two steps, for all rows of a slice: what is seen of positions split WEIR_SPLIT to (split + 1) WEIR_SPLIT - 1, into parts of
   * [rows of the kv head]; and what becomes of the parts of all splits from the first that some row sees, [splits][rows]. */
  void (*attend_part)(const weir_model *model, int32_t layer, const weir_slice *slice, int32_t kv_head, int64_t split, float *parts);
  void (*attend_merge)(const weir_model *model, int32_t layer, const weir_slice *slice, int32_t kv_head, float *parts);
  /* logits.c */
  void (*answer)(const weir_model *model, weir_query *query);
  int32_t (*tail)(const weir_model *model, const weir_query *query, double mass);
  int32_t (*shortlist)(const weir_model *model, const weir_query *query, int32_t room, int32_t *ids, float *logits, float *weights);
} weir_ops;

extern const weir_ops weir_ops_portable, weir_ops_avx2, weir_ops_avxvnni, weir_ops_avx512vnni;

/* The first position that a row sees. */
static inline int64_t weir_visible_from(int64_t window, int64_t position) {
  return window > 0 && position + 1 > window ? position + 1 - window : 0;
}

/* Floats of a part: [head size] mixed values, [16] sums of weights, the largest score, padded to a line. */
static inline int64_t weir_part_floats(int64_t head_size) { return head_size + 2 * WEIR_LANES; }

static inline int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t padded(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

/* Elements of a head in a block of the cache: its keys [D][16], then its values [16][D]. */
static inline int64_t cache_head(const weir_model *m) { return (int64_t)2 * WEIR_BLOCK * m->head_size; }

/* Index of a head's keys in the cache, [layers][blocks][kv heads][keys, values]. */
static inline int64_t cache_at(const weir_model *m, int32_t layer, int64_t block, int32_t kv_head) {
  return (((int64_t)layer * m->cache_blocks + block) * m->kv_heads + kv_head) * cache_head(m);
}

void weir_pool_run(void *pool, void (*task)(void *context, int64_t piece), void *context, int64_t pieces);
int32_t weir_pool_threads(const void *pool);
#endif
