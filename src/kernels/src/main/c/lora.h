/* What an adapter adds to the outputs of a linear layer; see lora.c. */
#ifndef WEIR_LORA_H
#define WEIR_LORA_H
#include "lanes.h"
#include "ops.h"

/* Whether a row of a linear layer has an adapter. */
INLINE int adapted(const weir_linear *l, int64_t row) { return l->adapters && l->adapters[row]; }

/* A panel's value of a row, and what the row's adapter adds to it: nothing at all, not 0, to what it leaves as it is. */
INLINE lanes with_adapter(const weir_linear *l, int64_t row, int64_t panel, lanes value) {
  if (!adapted(l, row)) return value;
  const weir_low_rank *part = l->adapters[row][l->layer].part + l->first_part;
  const float *reduced = l->reduced + row * WEIR_MATRIX_PARTS * WEIR_RANK;
  for (int i = 0; i < l->parts; i++, part++, reduced += WEIR_RANK) {
    int64_t from = panel - part->first, at = from >> part->turns;
    if (from < 0 || at << part->turns != from || at >= part->panels) continue;
    const float *b = part->b + at * part->rank * WEIR_LANES;
    lanes sum = lanes_zero();
    for (int64_t j = 0; j < part->rank; j++) sum = lanes_fma(lanes_load(b + j * WEIR_LANES), lanes_set(reduced[j]), sum);
    return lanes_add(value, sum);
  }
  return value;
}
#endif
