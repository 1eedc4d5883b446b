/* One step: the operations in their order, each dealt out to the pool in pieces. */
#define _GNU_SOURCE
#include <string.h>
#include <time.h>

#include "ops.h"

typedef struct {
  const weir_model *model;
  const weir_step *step;
  const weir_ops *ops;
  const weir_linear *linear;
  const float *weight; /* of the norm */
  const float *row;    /* what adapters read, [rows][K] */
  const uint8_t *answered; /* [tiles of rows] whether a row of a tile has a query; null if all have, or tiles are too many */
  const uint8_t *wanted; /* [tiles of rows] whether anything of a tile is needed from here on; null: all */
  int64_t panels;        /* in a piece */
  int32_t layer;
} phase;

/* Rows in a piece of work that is done row by row, which is a tile, and query rows of a kv head in one of attention. */
enum { PIECE_ROWS = 8, PIECE_QUERIES = 64, MOST_TILES = 4096 };

static const weir_ops *ops_of(const weir_model *model) {
  switch (model->variant) {
#ifdef WEIR_HAS_AVX512VNNI
    case WEIR_AVX512VNNI:
      return &weir_ops_avx512vnni;
#endif
#ifdef WEIR_HAS_AVXVNNI
    case WEIR_AVXVNNI:
      return &weir_ops_avxvnni;
#endif
#ifdef WEIR_HAS_AVX2
    case WEIR_AVX2:
      return &weir_ops_avx2;
#endif
    default:
      return &weir_ops_portable;
  }
}

static int64_t quotient(int64_t a, int64_t b) { return (a + b - 1) / b; } /* rounded up */
static int64_t hidden_stride(const weir_model *m) { return padded(m->hidden, WEIR_GROUP); }

static int64_t row_pieces(int64_t rows) { return quotient(rows, PIECE_ROWS); }
#define ROWS_OF(piece, rows) \
  for (int64_t row = (piece) * PIECE_ROWS, end_ = lesser((rows), ((piece) + 1) * PIECE_ROWS); row < end_; row++)

static int is_wanted(const phase *p, int64_t tile) { return !p->wanted || p->wanted[tile]; }

static void embed_piece(void *context, int64_t piece) {
  const phase *p = context;
  int64_t stride = hidden_stride(p->model);
  ROWS_OF(piece, p->step->rows) {
    float *x = p->model->x + row * stride;
    p->ops->embed(&p->model->embedding, p->step->tokens[row], x);
    if (p->model->grid.side) p->ops->embed_cell(p->model, p->step->positions[row], p->step->before[row], x);
  }
}

static void norm_piece(void *context, int64_t piece) {
  const phase *p = context;
  const weir_model *m = p->model;
  int64_t stride = hidden_stride(m);
  if (!is_wanted(p, piece)) return;
  ROWS_OF(piece, p->step->rows) {
    p->ops->norm(m->x + row * stride, p->weight, stride, m->hidden, m->epsilon, m->exact, &m->narrow, row);
    if (!m->exact && p->step->adapters && p->step->adapters[row]) { /* an adapter reads the row as it is */
      p->ops->norm(m->x + row * stride, p->weight, stride, m->hidden, m->epsilon, 1, &m->narrow, row);
    }
  }
}

static void final_norm_piece(void *context, int64_t piece) {
  const phase *p = context;
  const weir_model *m = p->model;
  int64_t stride = hidden_stride(m);
  ROWS_OF(piece, p->step->query_count) {
    const float *x = m->x + p->step->queries[row].row * stride;
    p->ops->norm(x, m->final_norm, stride, m->hidden, m->epsilon, m->exact, &m->narrow, row);
  }
}

static void keep_piece(void *context, int64_t piece) {
  const phase *p = context;
  const weir_model *m = p->model;
  int64_t columns = m->layer[p->layer].output.columns;
  if (!is_wanted(p, piece)) return;
  ROWS_OF(piece, p->step->rows) p->ops->keep(m->mixed + row * columns, columns, m->exact, &m->narrow, row);
}

static void rope_piece(void *context, int64_t piece) {
  const phase *p = context;
  int64_t stride = p->model->layer[p->layer].qkv.rows;
  int32_t slice = 0;
  ROWS_OF(piece, p->step->rows) {
    while (row >= p->step->slices[slice].row + p->step->slices[slice].rows) slice++;
    p->ops->rope(p->model, p->layer, p->model->y + row * stride, p->step->positions[row], p->step->slices[slice].blocks);
  }
}

static int64_t slice_queries(const phase *p, int32_t slice) {
  return (int64_t)p->step->slices[slice].rows * (p->model->heads / p->model->kv_heads);
}

static int64_t slice_pieces(const phase *p, int32_t slice) {
  return (slice_queries(p, slice) + PIECE_QUERIES - 1) / PIECE_QUERIES * p->model->kv_heads;
}

static void attend_piece(void *context, int64_t piece) {
  const phase *p = context;
  int32_t slice = 0;
  for (; piece >= slice_pieces(p, slice); slice++) piece -= slice_pieces(p, slice);
  int32_t kv_heads = p->model->kv_heads, group = p->model->heads / kv_heads;
  int64_t first = piece / kv_heads * PIECE_QUERIES, last = lesser(first + PIECE_QUERIES, slice_queries(p, slice));
  int64_t row = p->step->slices[slice].row, tile = (row + first / group) / PIECE_ROWS, end = (row + (last - 1) / group) / PIECE_ROWS;
  while (tile <= end && !is_wanted(p, tile)) tile++;
  if (tile <= end) p->ops->attend(p->model, p->layer, p->step->slices + slice, (int32_t)(piece % kv_heads), first, last);
}

static void linear_piece(void *context, int64_t piece) {
  const phase *p = context;
  int64_t panels = p->linear->matrix->rows / WEIR_LANES;
  p->ops->linear(p->linear, piece * p->panels, lesser((piece + 1) * p->panels, panels));
}

/* Parts of the context that rows of a slice see, and the first one. */
static int64_t splits_of(const phase *p, int32_t slice, int64_t *first) {
  const weir_slice *s = p->step->slices + slice;
  *first = weir_visible_from(p->model->layer[p->layer].window, s->position) / WEIR_SPLIT;
  return (s->position + s->rows - 1) / WEIR_SPLIT - *first + 1;
}

/* Where a kv head's parts are, behind those of the slices before. */
static float *parts_of(const phase *p, int32_t slice, int64_t kv_head) {
  int64_t rows = 0, first;
  for (int32_t i = 0; i < slice; i++) rows += splits_of(p, i, &first) * slice_queries(p, i) * p->model->kv_heads;
  rows += kv_head * splits_of(p, slice, &first) * slice_queries(p, slice);
  return p->model->parts + rows * weir_part_floats(p->model->head_size);
}

static void attend_part_piece(void *context, int64_t piece) {
  const phase *p = context;
  int64_t first, splits, kv_heads = p->model->kv_heads;
  int32_t slice = 0;
  for (; piece >= (splits = splits_of(p, slice, &first)) * kv_heads; slice++) piece -= splits * kv_heads;
  int64_t kv_head = piece / splits, split = piece % splits;
  float *parts = parts_of(p, slice, kv_head) + split * slice_queries(p, slice) * weir_part_floats(p->model->head_size);
  p->ops->attend_part(p->model, p->layer, p->step->slices + slice, (int32_t)kv_head, first + split, parts);
}

static void attend_merge_piece(void *context, int64_t piece) {
  const phase *p = context;
  int32_t slice = (int32_t)(piece / p->model->kv_heads), kv_head = (int32_t)(piece % p->model->kv_heads);
  p->ops->attend_merge(p->model, p->layer, p->step->slices + slice, kv_head, parts_of(p, slice, kv_head));
}

/* Parts of a row's adapter that belong to the linear layer. */
static void reduce_piece(void *context, int64_t piece) {
  const phase *p = context;
  const weir_linear *l = p->linear;
  int64_t part = piece % l->parts, columns = l->matrix->columns;
  if (!is_wanted(p, piece / l->parts)) return;
  ROWS_OF(piece / l->parts, l->rows) {
    const weir_adapter *adapter = l->adapters[row];
    if (!adapter) continue;
    float *reduced = p->model->reduced + (row * WEIR_MATRIX_PARTS + part) * WEIR_RANK;
    p->ops->reduce(adapter[l->layer].part + l->first_part + part, p->row + row * columns, columns, reduced);
  }
}

static void answer_piece(void *context, int64_t piece) {
  const phase *p = context;
  p->ops->answer(p->model, p->step->queries + piece);
}

/* Which of WEIR_PHASES a task belongs to. */
static int32_t part_of_step(const phase *p, void (*task)(void *, int64_t)) {
  if (task == embed_piece) return WEIR_EMBED;
  if (task == rope_piece) return WEIR_ROPE;
  if (task == attend_piece || task == attend_part_piece || task == attend_merge_piece) return WEIR_ATTENTION;
  if (task == final_norm_piece) return WEIR_HEAD;
  if (task == answer_piece) return WEIR_ANSWER;
  if (task != linear_piece && task != reduce_piece) return WEIR_NORM;
  const weir_matrix *matrix = p->linear->matrix;
  const weir_layer *l = p->model->layer + p->layer;
  if (matrix == &p->model->head) return WEIR_HEAD;
  return matrix == &l->qkv ? WEIR_QKV : matrix == &l->output ? WEIR_OUTPUT : matrix == &l->feed ? WEIR_FEED : WEIR_DOWN;
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void run(const phase *p, void (*task)(void *, int64_t), int64_t pieces) {
  int64_t *phases = p->step->phases;
  int64_t start = phases ? nanoseconds() : 0;
  weir_pool_run(p->model->pool, task, (void *)(uintptr_t)p, pieces);
  if (phases) phases[part_of_step(p, task)] += nanoseconds() - start;
}

/* Panels of a piece, a multiple of `unit`: some eight pieces for each thread, and so many that threads end together. */
static int64_t panels_of_piece(int64_t panels, int64_t threads, int64_t unit) {
  if (threads == 1) return panels;
  int64_t least = padded(quotient(panels, 8 * threads), unit), best = least, longest = INT64_MAX;
  for (int64_t size = least; size <= least + least / 2; size += unit) {
    int64_t longest_here = quotient(quotient(panels, size), threads) * size; /* of one thread */
    if (longest_here < longest) longest = longest_here, best = size;
  }
  return best;
}

static void run_linear(phase *p, const weir_linear *linear) {
  int64_t panels = linear->matrix->rows / WEIR_LANES;
  p->linear = linear;
  p->panels = panels_of_piece(panels, weir_pool_threads(p->model->pool), linear->mode == LINEAR_GATE ? 4 : 1);
  run(p, linear_piece, quotient(panels, p->panels));
}

/* The same with what adapters add: parts of theirs from `first` on, which read `in`, [rows][K]. */
static void run_adapted(phase *p, weir_linear linear, int32_t first, int32_t parts, const float *in) {
  linear.wanted = p->wanted;
  if (p->step->adapters) {
    linear.adapters = p->step->adapters;
    linear.reduced = p->model->reduced;
    linear.layer = p->layer;
    linear.first_part = first;
    linear.parts = parts;
    p->linear = &linear;
    p->row = in;
    run(p, reduce_piece, row_pieces(linear.rows) * parts);
  }
  run_linear(p, &linear);
}

/* Where pieces are few and contexts long, parts of a context are pieces of their own. */
static void run_attention(const phase *p) {
  int64_t pieces = 0, parts = 0, rows = 0, first;
  for (int32_t i = 0; i < p->step->slice_count; i++) {
    int64_t splits = splits_of(p, i, &first) * p->model->kv_heads;
    pieces += slice_pieces(p, i);
    parts += splits;
    rows += splits * slice_queries(p, i);
  }
  int64_t threads = weir_pool_threads(p->model->pool);
  if (p->model->parts && threads > 1 && pieces < 4 * threads && parts > pieces && rows <= WEIR_PART_ROWS) {
    run(p, attend_part_piece, parts);
    run(p, attend_merge_piece, (int64_t)p->step->slice_count * p->model->kv_heads);
  } else {
    run(p, attend_piece, pieces);
  }
}

static void run_layer(phase *p) {
  const weir_model *m = p->model;
  const weir_layer *l = m->layer + p->layer;
  int64_t rows = p->step->rows, by_rows = row_pieces(rows);
  int32_t n = (int32_t)rows;
  p->weight = l->attention_norm;
  run(p, norm_piece, by_rows);
  run_adapted(p, (weir_linear){.matrix = &l->qkv, .in = &m->narrow, .out = m->y, .stride = l->qkv.rows, .mode = LINEAR_STORE, .rows = n},
              WEIR_QKV_PARTS, 3, m->narrow.exact);
  run(p, rope_piece, by_rows);
  p->wanted = p->answered && p->layer == m->layers - 1 ? p->answered : 0;
  run_attention(p);
  run(p, keep_piece, by_rows);
  run_adapted(p, (weir_linear){.matrix = &l->output, .in = &m->narrow, .bias = l->output_bias, .out = m->x, .stride = hidden_stride(m),
                               .mode = LINEAR_ADD, .rows = n},
              WEIR_OUTPUT_PARTS, 1, m->mixed);
  p->weight = l->feed_norm;
  run(p, norm_piece, by_rows);
  run_adapted(p, (weir_linear){.matrix = &l->feed, .in = &m->narrow, .bias = l->feed_bias, .next = &m->wide, .mode = LINEAR_GATE,
                               .rows = n},
              WEIR_FEED_PARTS, 2, m->narrow.exact);
  run_adapted(p, (weir_linear){.matrix = &l->down, .in = &m->wide, .bias = l->down_bias, .out = m->x, .stride = hidden_stride(m),
                               .mode = LINEAR_ADD, .rows = n},
              WEIR_DOWN_PARTS, 1, m->wide.exact);
}

void weir_run(const weir_model *model, const weir_step *step) {
  phase p = {.model = model, .step = step, .ops = ops_of(model)};
  uint8_t answered[MOST_TILES];
  int64_t tiles = quotient(step->rows, PIECE_ROWS), found = 0;
  if (tiles <= MOST_TILES) {
    memset(answered, 0, (size_t)tiles);
    for (int32_t q = 0; q < step->query_count; q++) {
      uint8_t *tile = answered + step->queries[q].row / PIECE_ROWS;
      found += !*tile;
      *tile = 1;
    }
    if (found < tiles) p.answered = answered;
  }
  run(&p, embed_piece, row_pieces(step->rows));
  for (p.layer = 0; p.layer < model->layers; p.layer++) run_layer(&p);
  if (step->query_count == 0) return;
  p.wanted = 0;
  run(&p, final_norm_piece, row_pieces(step->query_count));
  run_linear(&p, &(weir_linear){.matrix = &model->head, .in = &model->narrow, .out = step->logits, .stride = model->head.rows,
                                .mode = LINEAR_STORE, .rows = step->query_count});
  run(&p, answer_piece, step->query_count);
}

int32_t weir_tail(const weir_model *model, const weir_query *query, double mass) { return ops_of(model)->tail(model, query, mass); }
int32_t weir_shortlist(const weir_model *model, const weir_query *query, int32_t *ids, float *logits, float *weights) {
  return ops_of(model)->shortlist(model, query, model->vocabulary, ids, logits, weights);
}
