/*
 * What Java and the kernels tell each other. Every size was validated by the caller; every buffer belongs to it and is aligned to 64
 * bytes; nothing beyond it is written or read (the tests put it between pages that cannot be). A row is a token of a step; rows of one
 * step may belong to different sequences.
 */
#ifndef WEIR_H
#define WEIR_H
#include <stdint.h>

#define WEIR_EXPORT __attribute__((visibility("default")))

enum {
  WEIR_LANES = 16,       /* outputs of a panel, keys of a cache block */
  WEIR_GROUP = 32,       /* elements that share a scale */
  WEIR_TILE = 8,         /* rows that a linear layer computes together */
  WEIR_BLOCK = 16,       /* positions of a cache block */
  WEIR_CANDIDATES = 64,  /* most candidates of a row */
  WEIR_HEAD_SIZE = 256,  /* largest head */
  WEIR_SPLIT = 512,      /* positions of a context whose softmax is one of its own */
  WEIR_PART_ROWS = 2048, /* most rows of such parts that are computed at once */
  WEIR_RANK = 256        /* highest rank of an adapter */
};

/*
 * How a matrix [N, K] lies in memory: panels of 16 outputs; G = K / 32 groups. N is a multiple of 16, K one of 32 (pads are 0). A panel is
 * one stream of whole cache lines, in the order in which it is read.
 *
 * The nibbles of a group are [4][16][4], k and k + 16 in a byte. The bits above them: of Q5 [16][4] bytes, bit c of byte k is that of element
 * 4 c + k; of Q6 [2][16][4] bytes, bits 2 c and 2 c + 1 of byte k of half h are those of element 16 h + 4 c + k.
 * Scales are kept as the file has them, since their products, up to 19 bits, fit no f16; in float32 a product is exact.
 */
enum {
  WEIR_Q4 = 0,   /* w = d q + m, q in 0..15. A group: nibbles, then d [16] and m [16] in f16 */
  WEIR_Q5 = 1,   /* w = d q + m, q in 0..31. A group: nibbles, fifth bits, d [16] and m [16] in f16 */
  WEIR_Q8 = 2,   /* w = d (q - 128), q in 0..255. Two groups: bytes [2][8][16][4], then d [2][16] in f16 */
  WEIR_Q4_K = 3, /* w = (D s) q + M m. Eight groups: D [16] and M [16] in f16; then for every two nibbles [2], s [2][16], m [2][16] in 0..63 */
  WEIR_Q5_K = 4, /* the same with q in 0..31: nibbles and fifth bits [2] */
  WEIR_Q6_K = 5, /* w = (D s) (q - 32), q in 0..63. A group: nibbles, upper bits, s [2][16] in int8, one for each half, D [16] in f16 */
  WEIR_F32 = 6,  /* [K][16] */
  WEIR_BF16 = 7, /* [K][16] */
  WEIR_FORMATS = 8
};

/* One panel of a matrix whose panels differ. */
typedef struct {
  int64_t offset; /* bytes from the first one; a multiple of 64 */
  int32_t format;
  int32_t reserved;
} weir_panel;

typedef struct {
  const void *panels;     /* [N / 16] panels of `stride` bytes */
  const weir_panel *each; /* [N / 16] where panels are of several formats, none of them F32 or BF16; else null */
  int64_t stride;         /* a multiple of 64 */
  int32_t rows;           /* N */
  int32_t columns;        /* K */
  int32_t format;         /* where panels differ, that of the first */
  int32_t reserved;
} weir_matrix;

typedef struct {
  weir_matrix qkv;    /* [(heads + 2 kv heads) head size, hidden] */
  weir_matrix output; /* [hidden, heads head size] */
  weir_matrix feed;   /* [2 intermediate, hidden]: panels of the gate and of what it gates take turns */
  weir_matrix down;   /* [hidden, intermediate] */
  const float *attention_norm, *feed_norm;                    /* [hidden, padded to 32] */
  const float *query_norm, *key_norm;                         /* [head size] or null */
  const float *qkv_bias, *output_bias, *feed_bias, *down_bias; /* [N of their matrix] or null */
  int64_t window; /* positions that attention reaches back, itself included; 0 is all */
} weir_layer;

/*
 * Activations of a linear layer: quantised, or as they are. Rows lie in tiles of 8, so that a tile's addresses are constants apart, and are
 * read in tiles: those beyond the last may hold anything, but must be there.
 */
typedef struct {
  int8_t *values; /* [tiles][G][8][32] in -127..127 */
  float *scale;   /* [tiles][G][8] */
  float *shift;   /* [tiles][G][8] scale times the sum of the values: what a minimum is multiplied by */
  int32_t *zero;  /* [tiles][G][8] -128 times the sum of the values: what the weights' zero adds */
  int32_t *halves; /* [tiles][G][2][8] -32 times the sum of each half's values: the same for Q6_K */
  float *exact;   /* [tiles][8][K]; used instead if the model's matrices are F32 or BF16; adapters read it in every model that has some */
} weir_activations;

/*
 * Sequences that are pictures: some tokens, then the cells of a square, row by row. The position that predicts a cell (the one before it)
 * has in its embedding, beside its token, a row of each table.
 */
typedef struct {
  weir_matrix above;       /* [vocabulary + 1, hidden] by the cell above the predicted one; the last: there is none */
  weir_matrix row, column; /* [side, hidden] by the predicted cell's row and column */
  int32_t side;            /* 0: sequences are texts, and all other fields are 0 */
  int32_t prefix;          /* tokens before the first cell, at least 1 */
} weir_grid;

typedef struct {
  const weir_layer *layer;
  const float *final_norm;         /* [hidden, padded to 32] */
  const float *cosine, *sine;      /* [context][pairs] */
  void *cache;                     /* see attention.c */
  void *pool;                      /* see pool.c */
  weir_matrix embedding, head;     /* [tokens that may be read, hidden], [vocabulary, hidden] */
  weir_grid grid;
  float *x;                        /* [rows][hidden, padded to 32] residual stream */
  float *y;                        /* [rows][N of qkv] */
  float *mixed;                    /* [rows][heads head size, padded to 32]; the padding is 0 */
  float *reduced;                  /* [rows][WEIR_MATRIX_PARTS][WEIR_RANK] scale A x of an adapter's parts of a matrix; null if no step has adapters */
  float *parts;                    /* [WEIR_PART_ROWS][head size + 32] parts of contexts that several threads attend to; null: one does */
  weir_activations narrow, wide;   /* K: up to the larger of hidden and heads head size; intermediate */
  int64_t cache_blocks;
  int32_t layers, hidden, intermediate, heads, kv_heads, head_size, pairs, vocabulary;
  int32_t cache_is_f32;
  int32_t exact; /* matrices are F32 or BF16: activations are not quantised */
  int32_t variant;
  float epsilon, query_scale;
  int32_t reserved;
} weir_model;

/*
 * What an adapter adds to the outputs of one linear layer of the checkpoint (Hu 2021): scale B (A x). Its outputs are whole panels of
 * the matrix that the layer is a part of: `first`, and every (1 << turns)-th from there.
 */
typedef struct {
  const float *a;  /* [rank / 16, rounded up][K][16]: a lane is a row of A; those beyond the rank are 0 */
  const float *b;  /* [panels][rank][16] */
  int32_t rank;    /* 1 to WEIR_RANK; 0: the layer stays as it is, and all other fields are 0 */
  int32_t first, turns, panels;
  float scale;
  int32_t reserved;
} weir_low_rank;

/* Linear layers that an adapter can change. Those of one matrix, 3 at most, stand together: q, k, v; o; gate, up; down. */
enum { WEIR_QKV_PARTS = 0, WEIR_OUTPUT_PARTS = 3, WEIR_FEED_PARTS = 4, WEIR_DOWN_PARTS = 6, WEIR_PARTS = 7, WEIR_MATRIX_PARTS = 3 };

/* One layer of an adapter. */
typedef struct {
  weir_low_rank part[WEIR_PARTS];
} weir_adapter;

/* Tokens of one sequence. */
typedef struct {
  const int32_t *blocks; /* block i holds positions 16 i to 16 i + 15 */
  int32_t row, rows;     /* first row in the step, and how many */
  int32_t position;      /* of its first row */
  int32_t reserved;
} weir_slice;

/* What is wanted of one row of logits; see dev.weir.engine.LogitsQuery. Results first. */
typedef struct {
  double log_normalizer, entropy, own_log_sum_exp;
  int32_t candidate_ids[WEIR_CANDIDATES];
  float candidate_logits[WEIR_CANDIDATES];
  int32_t alternative_ids[WEIR_CANDIDATES];
  float alternative_logits[WEIR_CANDIDATES];
  int32_t arg_max;
  int32_t found, alternatives_found;
  int32_t listed; /* how many are in the shortlist; -1: it was not made, since candidates are enough or it has not so much room */
  int32_t row;    /* of the step */
  /* the query */
  int32_t candidates, alternatives; /* how many are wanted */
  int32_t wants_entropy, edits;
  int32_t list_count, list_room; /* room is 0 if no shortlist is wanted */
  float inverse_temperature;
  double list_share, list_mass;
  float *logits;           /* its row of the step's, edited when the step is done */
  const int32_t *edit_ids; /* [edits], different */
  const float *bias, *repetition, *reduction;
  float *unedited;         /* [edits] what the model itself said */
  const uint64_t *allowed; /* bits, or null */
  int32_t *list_ids;       /* the shortlist, each [room + 16] */
  float *list_logits, *list_weights;
} weir_query;

typedef struct {
  const int32_t *tokens;    /* [rows] */
  const int32_t *positions; /* [rows] */
  const int32_t *before;    /* [rows] of a grid: the token that is side - 1 positions before, negative if there is none; else null */
  const weir_slice *slices;
  /* [rows] the adapter of each row, [layers], or null; null if no row has one */
  const weir_adapter *const *adapters;
  weir_query *queries; /* in the order of their rows */
  float *logits;       /* [queries][N of the head] */
  int32_t rows, slice_count, query_count;
  int32_t reserved;
  int64_t *phases; /* [WEIR_PHASES] to which the nanoseconds of each are added by the caller's clock; null: nobody wants to know */
} weir_step;

/* Phases of a step, in the order of a layer. */
enum {
  WEIR_EMBED = 0,
  WEIR_NORM = 1, /* norms and what else makes activations of a linear layer */
  WEIR_QKV = 2,
  WEIR_ROPE = 3, /* and the cache is written */
  WEIR_ATTENTION = 4,
  WEIR_OUTPUT = 5,
  WEIR_FEED = 6, /* gate, up, SiLU */
  WEIR_DOWN = 7,
  WEIR_HEAD = 8, /* with the last norm */
  WEIR_ANSWER = 9,
  WEIR_PHASES = 10
};

/* Variants of the kernels, worst first. A processor may have one without having all before it. */
enum { WEIR_PORTABLE = 0, WEIR_AVX2 = 1, WEIR_AVXVNNI = 2, WEIR_AVX512VNNI = 3, WEIR_VARIANTS = 4 };

/* Whether this library has a variant that this processor and operating system can run. */
WEIR_EXPORT int32_t weir_has_variant(int32_t variant);
/* The best of those. */
WEIR_EXPORT int32_t weir_best_variant(void);
/* Sizes of the structs above, in their order: what Java believes is compared with it. */
WEIR_EXPORT int64_t weir_size(int32_t of);

/* Memory for weights and caches: zeros, in huge pages where the system grants them, taken when it is touched; null if there is none. */
WEIR_EXPORT void *weir_map(int64_t bytes);
WEIR_EXPORT void weir_unmap(void *memory, int64_t bytes);

/*
 * Makes the system give the memory of blocks `from` to `to` - 1 of the cache, whose content stays, also while a step writes there.
 */
WEIR_EXPORT void weir_prefault(const weir_model *model, int64_t from, int64_t to);
/* Whether a page that nobody may touch lies behind each such memory, as in the library for tests. */
WEIR_EXPORT int32_t weir_guards(void);

/* A pool of so many threads, the caller's own counted; null if they cannot be had. Closing joins them. */
WEIR_EXPORT void *weir_pool_open(int32_t threads);
WEIR_EXPORT void weir_pool_close(void *pool);
/* How many of them may work from now on, 1 to all. */
WEIR_EXPORT void weir_pool_limit(void *pool, int32_t threads);
/* The calling thread gives way to the others from now on. */
WEIR_EXPORT void weir_give_way(void);

WEIR_EXPORT int64_t weir_panel_stride(int32_t format, int32_t columns);
/* How weir_pack is given rows: as ggml's blocks, or as floats. */
enum {
  WEIR_FROM_Q4_0 = 0,
  WEIR_FROM_Q4_1 = 1,
  WEIR_FROM_Q5_0 = 2,
  WEIR_FROM_Q5_1 = 3,
  WEIR_FROM_Q8_0 = 4,
  WEIR_FROM_Q4_K = 5,
  WEIR_FROM_Q5_K = 6,
  WEIR_FROM_Q6_K = 7,
  WEIR_FROM_F32 = 8,
  WEIR_FROM_F16 = 9,
  WEIR_FROM_BF16 = 10
};
/*
 * Packs consecutive rows of a matrix into rows `targets` of the panels. Blocks go into panels of their own format, floats into Q8, F32 and
 * BF16. `columns` is without padding. Returns 0, or 1 if a value cannot be kept in that format (not finite, or beyond f16).
 */
WEIR_EXPORT int32_t weir_pack(const weir_matrix *matrix, const void *stored, int32_t source, int64_t columns, int64_t count,
                              const int32_t *targets);

/* Computes a step of as many rows as the buffers hold; queries are answered when it returns. */
WEIR_EXPORT void weir_run(const weir_model *model, const weir_step *step);
/* Instructions whose peak can be measured. */
enum { WEIR_NO_PEAK = 0, WEIR_VPDPBUSD_512 = 1, WEIR_VPDPBUSD_256 = 2, WEIR_VPMADDUBSW_256 = 3 };

/* The instruction that multiplies most 8-bit integers on this processor. */
WEIR_EXPORT int32_t weir_peak_instruction(void);
/* Does nothing but that, on one thread: `loops` (at least 1) times on every accumulator. Returns how many products were added. */
WEIR_EXPORT int64_t weir_peak_products(int32_t instruction, int64_t loops);
/* Reads memory, aligned to 64 bytes and a multiple of 256 long, in 1 or 4 streams; the exclusive or of its words. */
WEIR_EXPORT uint64_t weir_peak_read(const void *memory, int64_t bytes, int32_t streams);

/* The tail draw of dev.weir.engine.StepOutput, on a query that was answered. */
WEIR_EXPORT int32_t weir_tail(const weir_model *model, const weir_query *query, double mass);
/* The shortlist of dev.weir.engine.StepOutput that such a query wants, where it was not made; each [N of the head + 16]. Returns how
 * many there are. */
WEIR_EXPORT int32_t weir_shortlist(const weir_model *model, const weir_query *query, int32_t *ids, float *logits, float *weights);
#endif
