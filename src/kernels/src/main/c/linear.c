/*
 * Linear layers. A tile is 16 outputs by up to 8 rows. Each output of each row is one chain of fma from the first group (or input) to
 * the last in one lane: no sum depends on what else is in the tile, and how panels and tiles are dealt out changes nothing.
 */
#include "lora.h"
#include "ops.h"
#include "panels.h"
#include "quantize.h"

#if defined(WEIR_LANES_AVX512)
#include "dots_avx512vnni.h"
#elif defined(WEIR_DOTS_AVXVNNI)
#include "dots_avxvnni.h"
#elif defined(WEIR_LANES_AVX2)
#include "dots_avx2.h"
#else
#include "dots_portable.h"
#endif

/* How far ahead weights are asked for, bytes: a panel of a small model, what the memory needs 100 ns for. */
enum { AHEAD = 6400 };

typedef float tile[WEIR_TILE][WEIR_LANES];

/* The rows of a tile of activations, from row `first` of it. */
typedef struct {
  const int8_t *values;
  const float *scale, *shift;
  const int32_t *zero, *halves;
} quantised_rows;

INLINE quantised_rows rows_of(const weir_activations *in, int64_t groups, int64_t row) {
  int64_t at = row / WEIR_TILE * groups * WEIR_TILE + row % WEIR_TILE;
  const int32_t *halves = in->halves + (at - at % WEIR_TILE) * 2 + at % WEIR_TILE;
  return (quantised_rows){in->values + at * WEIR_GROUP, in->scale + at, in->shift + at, in->zero + at, halves};
}

/* Where a group with a minimum lies, w = scale q + minimum. */
typedef struct {
  const uint8_t *nibbles;
  lanes scale, minimum;
} group_of_four; /* or five bits */

INLINE group_of_four group_at(const int format, const uint8_t *panel, int64_t g) {
  if (format == WEIR_Q4) {
    return (group_of_four){panel + q4_nibbles(g), lanes_load_half((const void *)(panel + q4_scales(g))),
                           lanes_load_half((const void *)(panel + q4_minima(g)))};
  }
  if (format == WEIR_Q5) {
    return (group_of_four){panel + q5_nibbles(g), lanes_load_half((const void *)(panel + q5_scales(g))),
                           lanes_load_half((const void *)(panel + q5_minima(g)))};
  }
  const uint8_t *super = panel + k_super(format, g); /* products of 11 and 6 bits are exact */
  return (group_of_four){panel + k_nibbles(format, g),
                         lanes_mul(lanes_load_half((const void *)super), lanes_load_unsigned(panel + k_scales(format, g))),
                         lanes_mul(lanes_load_half((const void *)(super + 32)), lanes_load_unsigned(panel + k_minima(format, g)))};
}

INLINE void tile_with_minima(const int rows, const int format, const uint8_t *panel, quantised_rows in, int64_t groups,
                             float (*out)[WEIR_LANES]) {
  const int five = format == WEIR_Q5 || format == WEIR_Q5_K, lines = five ? 6 : 5;
  lanes total[TILE_ROWS];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) total[r] = lanes_zero();
  for (int64_t g = 0; g < groups; g++) {
    ints sums[TILE_ROWS];
    group_of_four w = group_at(format, panel, g);
#pragma GCC unroll 6
    for (int line = 0; line < lines; line++) __builtin_prefetch(w.nibbles + AHEAD + 64 * line);
    if (five) {
      dots_q5(rows, w.nibbles, in.values + g * WEIR_TILE * WEIR_GROUP, sums);
    } else {
      dots_q4(rows, w.nibbles, in.values + g * WEIR_TILE * WEIR_GROUP, sums);
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
      total[r] = lanes_fma(lanes_of(sums[r]), lanes_mul(w.scale, lanes_set(in.scale[g * WEIR_TILE + r])), total[r]);
      total[r] = lanes_fma(w.minimum, lanes_set(in.shift[g * WEIR_TILE + r]), total[r]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) lanes_store(out[r], total[r]);
}

/* A half of a group after the other. */
INLINE void tile_q6(const int rows, const uint8_t *panel, quantised_rows in, int64_t groups, float (*out)[WEIR_LANES]) {
  lanes total[TILE_ROWS];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) total[r] = lanes_zero();
  for (int64_t g = 0; g < groups; g++) {
#pragma GCC unroll 7
    for (int line = 0; line < 7; line++) __builtin_prefetch(panel + q6_nibbles(g) + AHEAD + 64 * line);
    lanes super = lanes_load_half((const void *)(panel + q6_super_scales(g)));
#pragma GCC unroll 2
    for (int half = 0; half < 2; half++) {
      ints sums[TILE_ROWS];
      dots_q6(rows, half, panel + q6_nibbles(g), in.values + g * WEIR_TILE * WEIR_GROUP, in.halves + (2 * g + half) * WEIR_TILE, sums);
      lanes scale = lanes_mul(super, lanes_load_signed(panel + q6_scales(g) + half * WEIR_LANES)); /* exact: 11 and 8 bits */
#pragma GCC unroll 8
      for (int r = 0; r < rows; r++) {
        total[r] = lanes_fma(lanes_of(sums[r]), lanes_mul(scale, lanes_set(in.scale[g * WEIR_TILE + r])), total[r]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) lanes_store(out[r], total[r]);
}

INLINE void tile_q8(const int rows, const uint8_t *panel, quantised_rows in, int64_t groups, float (*out)[WEIR_LANES]) {
  lanes total[TILE_ROWS];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) total[r] = lanes_zero();
  for (int64_t g = 0; g < groups; g++) {
    ints sums[TILE_ROWS];
#pragma GCC unroll 9
    for (int line = 0; line < 9; line++) __builtin_prefetch(panel + q8_bytes(g) + AHEAD + 64 * line);
    dots_q8(rows, panel + q8_bytes(g), in.values + g * WEIR_TILE * WEIR_GROUP, in.zero + g * WEIR_TILE, sums);
    lanes scale = lanes_load_half((const void *)(panel + q8_scales(g)));
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
      total[r] = lanes_fma(lanes_of(sums[r]), lanes_mul(scale, lanes_set(in.scale[g * WEIR_TILE + r])), total[r]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) lanes_store(out[r], total[r]);
}

/* x: [rows][columns] */
INLINE void tile_exact(const int rows, const int bfloat, const void *panel, const float *x, int64_t columns,
                       float (*out)[WEIR_LANES]) {
  lanes total[TILE_ROWS];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) total[r] = lanes_zero();
  for (int64_t k = 0; k < columns; k++) {
    lanes w = bfloat ? lanes_load_bfloat((const uint16_t *)panel + k * WEIR_LANES) : lanes_load((const float *)panel + k * WEIR_LANES);
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) total[r] = lanes_fma(w, lanes_set(x[r * columns + k]), total[r]);
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) lanes_store(out[r], total[r]);
}

/* So many rows from `row`, all of one tile; rows that only fill the tile up to a size there is a loop for are computed and ignored. */
INLINE void some_rows(const int rows, const weir_linear *l, int64_t panel, int64_t row, float (*out)[WEIR_LANES]) {
  int64_t columns = l->matrix->columns, groups = columns / WEIR_GROUP;
  const uint8_t *weights = panel_at(l->matrix, panel);
  int32_t format = panel_format(l->matrix, panel);
  if (format >= WEIR_F32) {
    const float *x = l->in->exact + row * columns;
    if (format == WEIR_F32) {
      tile_exact(rows, 0, weights, x, columns, out);
    } else {
      tile_exact(rows, 1, weights, x, columns, out);
    }
    return;
  }
  quantised_rows in = rows_of(l->in, groups, row);
  switch (format) {
    case WEIR_Q4:
      tile_with_minima(rows, WEIR_Q4, weights, in, groups, out);
      break;
    case WEIR_Q5:
      tile_with_minima(rows, WEIR_Q5, weights, in, groups, out);
      break;
    case WEIR_Q4_K:
      tile_with_minima(rows, WEIR_Q4_K, weights, in, groups, out);
      break;
    case WEIR_Q5_K:
      tile_with_minima(rows, WEIR_Q5_K, weights, in, groups, out);
      break;
    case WEIR_Q6_K:
      tile_q6(rows, weights, in, groups, out);
      break;
    default:
      tile_q8(rows, weights, in, groups, out);
  }
}

static void one_row(const weir_linear *l, int64_t panel, int64_t row, float (*out)[WEIR_LANES]) { some_rows(1, l, panel, row, out); }
static void two_rows(const weir_linear *l, int64_t panel, int64_t row, float (*out)[WEIR_LANES]) { some_rows(2, l, panel, row, out); }
static void four_rows(const weir_linear *l, int64_t panel, int64_t row, float (*out)[WEIR_LANES]) { some_rows(4, l, panel, row, out); }
static void most_rows(const weir_linear *l, int64_t panel, int64_t row, float (*out)[WEIR_LANES]) {
  some_rows(TILE_ROWS, l, panel, row, out);
}

/* One panel by `count` rows from `row`, the first of a tile. */
INLINE void whole_tile(const weir_linear *l, int64_t panel, int64_t row, int64_t count, tile out) {
  for (int64_t at = 0; at < count; at += TILE_ROWS) {
    int64_t left = count - at;
    if (left == 1) {
      one_row(l, panel, row + at, out + at);
    } else if (left == 2) {
      two_rows(l, panel, row + at, out + at);
    } else if (left <= 4) {
      four_rows(l, panel, row + at, out + at);
    } else {
      most_rows(l, panel, row + at, out + at);
    }
  }
}

static void add_or_store(const weir_linear *l, int64_t panel, int64_t row, int64_t count) {
  tile product;
  whole_tile(l, panel, row, count, product);
  if (l->adapters) add_adapters(l, panel, row, count, product);
  for (int64_t r = 0; r < count; r++) {
    float *to = l->out + (row + r) * l->stride + panel * WEIR_LANES;
    lanes value = lanes_load(product[r]);
    if (l->bias) value = lanes_add(value, lanes_load(l->bias + panel * WEIR_LANES));
    if (l->mode == LINEAR_ADD) value = lanes_add(lanes_load(to), value);
    lanes_store(to, value);
  }
}

INLINE lanes silu(lanes gate, lanes up) {
  lanes e = lanes_exp(lanes_sub(lanes_zero(), gate));
  return lanes_mul(lanes_div(gate, lanes_add(lanes_set(1), e)), up);
}

/* Four panels, gate, up, gate, up, are a group of what follows. */
static void gate(const weir_linear *l, int64_t panel, int64_t row, int64_t count) {
  tile product[4];
  for (int i = 0; i < 4; i++) whole_tile(l, panel + i, row, count, product[i]);
  for (int i = 0; l->adapters && i < 4; i++) add_adapters(l, panel + i, row, count, product[i]);
  int64_t columns = l->matrix->rows / 2;
  for (int64_t r = 0; r < count; r++) {
    lanes value[4];
    for (int i = 0; i < 4; i++) {
      value[i] = lanes_load(product[i][r]);
      if (l->bias) value[i] = lanes_add(value[i], lanes_load(l->bias + (panel + i) * WEIR_LANES));
    }
    lanes first = silu(value[0], value[1]), second = silu(value[2], value[3]);
    if (l->matrix->format >= WEIR_F32 || l->adapters) { /* adapters read the row as it is */
      float *to = l->next->exact + (row + r) * columns + panel / 2 * WEIR_LANES;
      lanes_store(to, first);
      lanes_store(to + WEIR_LANES, second);
    }
    if (l->matrix->format < WEIR_F32) {
      quantize_group(l->next, columns / WEIR_GROUP, row + r, panel / 4, first, second);
    }
  }
}

void NAME(linear)(const weir_linear *l, int64_t first, int64_t last) {
  int64_t panels = l->mode == LINEAR_GATE ? 4 : 1;
  for (int64_t panel = first; panel < last; panel += panels) {
    for (int64_t row = 0; row < l->rows; row += WEIR_TILE) {
      if (l->wanted && !l->wanted[row / WEIR_TILE]) continue;
      int64_t count = l->rows - row < WEIR_TILE ? l->rows - row : WEIR_TILE;
      if (l->mode == LINEAR_GATE) {
        gate(l, panel, row, count);
      } else {
        add_or_store(l, panel, row, count);
      }
    }
  }
}
