/* Linear layers in every format and mode. */
#include "half.h"
#include "panels.h"
#include "units.h"

static double half_of(const uint8_t *at) {
  uint16_t half;
  memcpy(&half, at, 2);
  return (double)half_to_float(half);
}

/* Largest magnitude that a weight's parts have: d q and m of a weight with a minimum cancel. */
static double parts(const weir_matrix *m, int64_t n, int64_t k, double weight) {
  const uint8_t *panel = panel_at(m, n / WEIR_LANES);
  int64_t g = k / WEIR_GROUP, in = n % WEIR_LANES;
  int32_t format = panel_format(m, n / WEIR_LANES);
  switch (format) {
    case WEIR_Q4:
      return 15 * fabs(half_of(panel + q4_scales(g) + 2 * in)) + fabs(half_of(panel + q4_minima(g) + 2 * in));
    case WEIR_Q5:
      return 31 * fabs(half_of(panel + q5_scales(g) + 2 * in)) + fabs(half_of(panel + q5_minima(g) + 2 * in));
    case WEIR_Q4_K:
    case WEIR_Q5_K: {
      const uint8_t *super = panel + k_super(format, g) + 2 * in;
      double scale = fabs(half_of(super)) * panel[k_scales(format, g) + in], minimum = fabs(half_of(super + 32)) * panel[k_minima(format, g) + in];
      return (format == WEIR_Q5_K ? 31 : 15) * scale + minimum;
    }
    default:
      return fabs(weight);
  }
}

typedef struct {
  double sum, magnitude;
} product;

static product dot(const weir_linear *l, const float *weights, int64_t row, int64_t n) {
  int64_t columns = l->matrix->columns;
  product p = {0, 0};
  for (int64_t k = 0; k < columns; k++) {
    double a = activation(l->in, l->matrix->format >= WEIR_F32, columns, row, k), w = weights[n * columns + k];
    p.sum += w * a;
    p.magnitude += parts(l->matrix, n, k, w) * fabs(a);
  }
  return p;
}

static double silu(double gate) { return gate / (1 + exp(-gate)); }

typedef struct {
  double value, off;
} estimate;

/* silu(gate) up and how far off float32 may be: silu's slope is at most 1.1, and e^x is 2 units off. */
static estimate gated(const weir_linear *l, const float *weights, int64_t row, int64_t i, double roundings) {
  int64_t gate = i / WEIR_LANES * 2 * WEIR_LANES + i % WEIR_LANES, up = gate + WEIR_LANES;
  product g = dot(l, weights, row, gate), u = dot(l, weights, row, up);
  double a = g.sum + (l->bias ? (double)l->bias[gate] : 0), b = u.sum + (l->bias ? (double)l->bias[up] : 0);
  double a_off = roundings * ROUNDING * (g.magnitude + fabs(a)), b_off = roundings * ROUNDING * (u.magnitude + fabs(b));
  double value = silu(a) * b;
  /* e^-gate ends at e^88: of what is far below zero that part is left. */
  double left = 0x1p-126 * fabs(a * b);
  return (estimate){value, 1.1 * a_off * (fabs(b) + b_off) + fabs(silu(a)) * b_off + 8 * ROUNDING * fabs(value) + left};
}

static void check_gate(const weir_linear *l, const float *weights, const float *out, int64_t row, int64_t i, double roundings) {
  int64_t width = l->matrix->rows / 2;
  estimate e = gated(l, weights, row, i, roundings);
  float found = out[row * width + i];
  if (l->matrix->format < WEIR_F32) {
    if (isnan(found)) { /* then the group has something that is beyond floats */
      double largest = 0;
      for (int64_t j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
        estimate other = gated(l, weights, row, j, roundings);
        largest = fmax(largest, fabs(other.value) + other.off);
      }
      if (!(largest < 3e38)) return;
    }
    e.off += 0.5001 * (double)l->next->scale[scale_at(width, row, i)] + 1e-30;
  }
  if (fabs(e.value) + e.off < 3e38) near("gate", 0, i, found, e.value, e.off + LEAST);
}

/* The same rows for all variants, as `keep` of plain C made them. */
static void check_linear(void) {
  int32_t format = (int32_t)below(WEIR_FORMATS + 1), mode = (int32_t)below(3), exact = format == WEIR_F32 || format == WEIR_BF16;
  int super = format == WEIR_FORMATS || (format >= WEIR_Q4_K && format <= WEIR_Q6_K); /* rows of whole blocks of 256 */
  int64_t rows = below(3) ? 1 + below(20) : 1, n = mode == LINEAR_GATE ? 64 * (1 + below(2)) : 16 * (1 + below(5));
  int64_t k = super ? 256 * (1 + below(2)) : 32 * (1 + below(9));
  weir_matrix m = matrix("matrix", n, k, n, format);
  weir_activations in = room(rows, k);
  for (int64_t r = 0; r < rows; r++) weir_ops_portable.keep(row_of("row", k - (int64_t)below(20), k), k, exact, &in, r);
  float *weights = buffer("weights", n * k * 4), *bias = row_of("bias", n, n), *before = buffer("before", rows * n * 4);
  float *expected = buffer("expected", rows * n * 4), *out = buffer("out", rows * n * 4);
  for (int64_t i = 0; i < rows * n; i++) before[i] = uniform();
  weir_linear l = {.matrix = &m, .in = &in, .bias = mode != LINEAR_STORE && below(2) ? bias : 0, .stride = n, .mode = mode,
                   .rows = (int32_t)rows};
  double roundings = (exact ? (double)k : 4 * (double)k / WEIR_GROUP) + 8; /* Q6_K: two for each half of a group */
  EACH_TABLE {
    for (int64_t i = 0; i < n; i++) tables[v]->embed(&m, i, weights + i * k);
    memcpy(out, before, (size_t)(rows * n * 4));
    weir_activations next = room(rows, n / 2);
    l.out = out;
    l.next = &next;
    int64_t half = n / 2 < 64 ? n : 64; /* in two pieces */
    tables[v]->linear(&l, 0, mode == LINEAR_GATE ? 4 : half / WEIR_LANES);
    tables[v]->linear(&l, mode == LINEAR_GATE ? 4 : half / WEIR_LANES, n / WEIR_LANES);
    if (mode == LINEAR_GATE) {
      for (int64_t i = 0; i < rows * n / 2; i++) out[i] = (float)activation(&next, exact, n / 2, i / (n / 2), i % (n / 2));
    }
    int64_t width = mode == LINEAR_GATE ? n / 2 : n;
    if (v == 0) memcpy(expected, out, (size_t)(rows * width * 4));
    same_as_portable("linear", v, out, expected, rows * width);
    if (v > 0) continue;
    for (int64_t r = 0; r < rows; r++)
      for (int64_t i = 0; i < width; i++) {
        if (mode == LINEAR_GATE) {
          check_gate(&l, weights, out, r, i, roundings);
          continue;
        }
        product p = dot(&l, weights, r, i);
        double added = l.bias ? bias[i] : 0, was = mode == LINEAR_ADD ? before[r * n + i] : 0;
        near("linear", v, i, out[r * n + i], p.sum + added + was,
             roundings * (ROUNDING * (p.magnitude + fabs(added) + fabs(was)) + LEAST));
      }
  }
}
