/*
 * Activations in groups of 32: values -127..127, scale = largest magnitude / 127, so that one loud element costs its 31 neighbours
 * precision and nobody else. A group with an element that is not finite gets the scale NaN, which every sum that reads it becomes.
 */
#ifndef WEIR_QUANTIZE_H
#define WEIR_QUANTIZE_H
#include "lanes.h"

/* a, b: elements 0-15 and 16-31 of a group of the row. */
INLINE void quantize_group(const weir_activations *to, int64_t groups, int64_t row, int64_t group, lanes a, lanes b) {
  int64_t at = (row / WEIR_TILE * groups + group) * WEIR_TILE + row % WEIR_TILE;
  int8_t *values = to->values + at * WEIR_GROUP;
  float largest = lanes_largest(lanes_larger(lanes_magnitude(a), lanes_magnitude(b)));
  int finite = lanes_finite(lanes_add(lanes_sub(a, a), lanes_sub(b, b)));
  int zero = !(largest > 1e-30f); /* 127 / largest must be finite */
  lanes inverse = lanes_set(zero ? 0.0f : 127.0f / largest);
  ints p = ints_of(lanes_mul(a, inverse)), q = ints_of(lanes_mul(b, inverse));
  ints_store_bytes(values, p);
  ints_store_bytes(values + WEIR_LANES, q);
  int32_t first = ints_sum(p), second = ints_sum(q), sum = (int32_t)((uint32_t)first + (uint32_t)second);
  float scale = finite ? (zero ? 0.0f : largest / 127.0f) : __builtin_nanf("");
  to->scale[at] = scale;
  to->shift[at] = scale * (float)(finite ? sum : 0);
  to->zero[at] = finite ? -128 * sum : 0;
  int32_t *halves = to->halves + (at - at % WEIR_TILE) * 2 + at % WEIR_TILE;
  halves[0] = finite ? -32 * first : 0;
  halves[WEIR_TILE] = finite ? -32 * second : 0;
}

/* A whole row of K = 32 groups elements. */
INLINE void quantize_row(const weir_activations *to, int64_t groups, int64_t row, const float *from) {
  for (int64_t g = 0; g < groups; g++) {
    quantize_group(to, groups, row, g, lanes_load(from + g * WEIR_GROUP), lanes_load(from + g * WEIR_GROUP + WEIR_LANES));
  }
}
#endif
