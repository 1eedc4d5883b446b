/* What the checks of single operations share: the variants, values to compute with, and how far off a result may be. */
#ifndef WEIR_UNITS_H
#define WEIR_UNITS_H
#include "buffers.h"

#include <math.h>

#include "matrices.h"

static const weir_ops *const tables[] = {
    &weir_ops_portable,
#ifdef WEIR_HAS_AVX2
    &weir_ops_avx2,
#endif
#ifdef WEIR_HAS_AVXVNNI
    &weir_ops_avxvnni,
#endif
#ifdef WEIR_HAS_AVX512VNNI
    &weir_ops_avx512vnni,
#endif
};
static const int32_t numbers[] = {
    WEIR_PORTABLE,
#ifdef WEIR_HAS_AVX2
    WEIR_AVX2,
#endif
#ifdef WEIR_HAS_AVXVNNI
    WEIR_AVXVNNI,
#endif
#ifdef WEIR_HAS_AVX512VNNI
    WEIR_AVX512VNNI,
#endif
};
enum { TABLES = sizeof numbers / sizeof *numbers, ROUNDS = 60 };
#define EACH_TABLE                        \
  for (int v = 0; v < TABLES; v++)        \
    if (weir_has_variant(numbers[v]))

static const double ROUNDING = 0x1p-24;
static const double LEAST = 0x1p-149; /* a result that is subnormal is rounded to a multiple of this */
static int failures;

static void fail(const char *what, int variant, int64_t at, double found, double expected) {
  if (failures++ < 20) fprintf(stderr, "%s, variant %d, element %d: %.9g, not %.9g\n", what, numbers[variant], (int)at, found, expected);
}

static void near(const char *what, int variant, int64_t at, double found, double expected, double tolerance) {
  if (!(fabs(found - expected) <= tolerance)) fail(what, variant, at, found, expected);
}

/* The portable variant's, or any NaN for a NaN. */
static void same_as_portable(const char *what, int variant, const float *found, const float *expected, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    if (memcmp(found + i, expected + i, 4) && !(isnan(found[i]) && isnan(expected[i]))) fail(what, variant, i, found[i], expected[i]);
}

static float extreme(void) {
  static const float values[] = {0, -0.0f, 1e-40f, -3e-45f, 1e-30f, -1e-20f, 1e30f, -1e30f, 127, 65504};
  return below(8) ? uniform() * 4 : values[below(sizeof values / sizeof *values)];
}

/* A group has one scale: beside 1e30 the others are 0, so extremes come to a few groups. */
static float *row_of(const char *name, int64_t n, int64_t size) {
  float *x = buffer(name, size * 4);
  for (int64_t i = 0; i < size; i++) x[i] = i >= n ? 0 : i / 32 % 3 == 1 ? extreme() : uniform();
  return x;
}

static weir_activations room(int64_t rows, int64_t columns) {
  weir_activations a = {0};
  int64_t elements = padded(rows, WEIR_TILE) * columns;
  a.exact = buffer("exact activations", elements * 4);
  a.values = buffer("quantised activations", elements);
  a.scale = buffer("scales", elements / 8);
  a.shift = buffer("shifts", elements / 8);
  a.zero = buffer("zeros", elements / 8);
  a.halves = buffer("halves", elements / 4);
  return a;
}

static int64_t scale_at(int64_t columns, int64_t row, int64_t k) {
  return (row / WEIR_TILE * (columns / WEIR_GROUP) + k / WEIR_GROUP) * WEIR_TILE + row % WEIR_TILE;
}

/* An element as a linear layer reads it. */
static double activation(const weir_activations *a, int exact, int64_t columns, int64_t row, int64_t k) {
  if (exact) return a->exact[row * columns + k];
  int64_t at = scale_at(columns, row, k);
  return (double)a->scale[at] * a->values[at * WEIR_GROUP + k % WEIR_GROUP];
}
#endif
