/* A row of the embedding, out of the panels that the output layer may share with it. */
#include "half.h"
#include "lanes.h"
#include "ops.h"
#include "panels.h"

static float half_at(const uint8_t *panel, int64_t at) {
  uint16_t half;
  memcpy(&half, panel + at, 2);
  return half_to_float(half);
}

static float element(const weir_matrix *table, const uint8_t *panel, int64_t n, int64_t k) {
  int64_t g = k / WEIR_GROUP, in = k % WEIR_GROUP;
  switch (table->format) {
    case WEIR_Q4: {
      int64_t at = in % 16;
      int both = panel[q4_nibbles(g) + at / 4 * 64 + n * 4 + at % 4];
      float q = (float)(in < 16 ? both & 15 : both >> 4);
      return q * half_at(panel, q4_scales(g) + 2 * n) + half_at(panel, q4_minima(g) + 2 * n);
    }
    case WEIR_Q8: {
      int q = panel[q8_bytes(g) + in / 4 * 64 + n * 4 + in % 4];
      return (float)(q - 128) * half_at(panel, q8_scales(g) + 2 * n);
    }
    case WEIR_F32:
      return ((const float *)panel)[k * WEIR_LANES + n];
    default: {
      uint32_t bits = (uint32_t)((const uint16_t *)panel)[k * WEIR_LANES + n] << 16;
      float value;
      memcpy(&value, &bits, 4);
      return value;
    }
  }
}

void NAME(embed)(const weir_matrix *table, int64_t token, float *x) {
  const uint8_t *panel = (const uint8_t *)table->panels + token / WEIR_LANES * table->stride;
  for (int64_t k = 0; k < table->columns; k++) x[k] = element(table, panel, token % WEIR_LANES, k);
}
