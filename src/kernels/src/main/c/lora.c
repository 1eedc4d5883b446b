/*
 * Adapters: A x here, before the linear layer, and B of that where the layer's outputs are stored (lora.h). Everything is float32, and x
 * is the row before it is quantised. An element of A x is four chains of fma, over the inputs k with the same k mod 4, added as
 * (0 + 1) + (2 + 3): one chain would leave a decoding row to wait for each sum. An output of B is one chain over the rank.
 */
#include "lora.h"
#include "ops.h"

void NAME(reduce)(const weir_low_rank *part, const float *x, int64_t columns, float *reduced) {
  for (int64_t j = 0; j < part->rank; j += WEIR_LANES) {
    const float *a = part->a + j * columns;
    lanes sum[4];
    for (int i = 0; i < 4; i++) sum[i] = lanes_zero();
    for (int64_t k = 0; k < columns; k += 4) { /* K is a multiple of 32 */
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) sum[i] = lanes_fma(lanes_load(a + (k + i) * WEIR_LANES), lanes_set(x[k + i]), sum[i]);
    }
    lanes total = lanes_add(lanes_add(sum[0], sum[1]), lanes_add(sum[2], sum[3]));
    lanes_store(reduced + j, lanes_mul(total, lanes_set(part->scale)));
  }
}
