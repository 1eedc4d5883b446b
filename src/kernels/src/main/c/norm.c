/* Rows that linear layers read: RMS norm (Zhang and Sennrich 2019) or as they are, quantised if the weights are. */
#include <math.h>

#include "ops.h"
#include "quantize.h"

void NAME(norm)(const float *x, const float *weight, int64_t size, int64_t n, float epsilon, int exact, const weir_activations *to,
                int64_t row) {
  lanes squares = lanes_zero();
  for (int64_t i = 0; i < size; i += WEIR_LANES) {
    lanes v = lanes_load(x + i);
    squares = lanes_fma(v, v, squares);
  }
  float mean = lanes_sum(squares) / (float)n;
  /* 1 / infinity would make zeros of a row that has left the range of floats. */
  lanes r = lanes_set(isfinite(mean) ? 1 / sqrtf(mean + epsilon) : NAN);
  for (int64_t i = 0; i < size; i += WEIR_GROUP) {
    lanes a = lanes_mul(lanes_mul(lanes_load(x + i), r), lanes_load(weight + i));
    lanes b = lanes_mul(lanes_mul(lanes_load(x + i + WEIR_LANES), r), lanes_load(weight + i + WEIR_LANES));
    if (exact) {
      lanes_store(to->exact + row * size + i, a);
      lanes_store(to->exact + row * size + i + WEIR_LANES, b);
    } else {
      quantize_group(to, size / WEIR_GROUP, row, i / WEIR_GROUP, a, b);
    }
  }
}

void NAME(keep)(const float *x, int64_t size, int exact, const weir_activations *to, int64_t row) {
  if (exact) {
    __builtin_memcpy(to->exact + row * size, x, (size_t)size * sizeof(float));
  } else {
    quantize_row(to, size / WEIR_GROUP, row, x);
  }
}
