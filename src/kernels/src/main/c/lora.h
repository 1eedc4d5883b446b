/* What an adapter adds to the outputs of a linear layer; see lora.c. */
#ifndef WEIR_LORA_H
#define WEIR_LORA_H
#include "lanes.h"
#include "ops.h"

/* Adds to a panel's product of one row what the row's adapter has for it; a layer that it leaves as it is gets nothing, not 0. */
INLINE void add_adapter(const weir_linear *l, int64_t panel, int64_t row, float *product) {
  const weir_low_rank *part = l->adapters[row][l->layer].part + l->first_part;
  const float *reduced = l->reduced + row * WEIR_MATRIX_PARTS * WEIR_RANK;
  for (int i = 0; i < l->parts; i++, part++, reduced += WEIR_RANK) {
    int64_t from = panel - part->first, at = from >> part->turns;
    if (from < 0 || at << part->turns != from || at >= part->panels) continue;
    const float *b = part->b + at * part->rank * WEIR_LANES;
    lanes sum = lanes_zero();
    for (int64_t j = 0; j < part->rank; j++) sum = lanes_fma(lanes_load(b + j * WEIR_LANES), lanes_set(reduced[j]), sum);
    lanes_store(product, lanes_add(lanes_load(product), sum));
    return;
  }
}

/* The same for `count` rows from `row`. Never inlined: the code of steps without adapters stays as it was. */
__attribute__((noinline, unused)) static void add_adapters(const weir_linear *l, int64_t panel, int64_t row, int64_t count,
                                                           float (*product)[WEIR_LANES]) {
  for (int64_t r = 0; r < count; r++)
    if (l->adapters[row + r]) add_adapter(l, panel, row + r, product[r]);
}
#endif
