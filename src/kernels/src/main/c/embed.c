/* A row of the embedding, out of the panels that the output layer may share with it. */
#include "half.h"
#include "ops.h"

#include "lanes.h"

static float element(const weir_matrix *table, const uint8_t *panel, int64_t n, int64_t k) {
  int64_t groups = table->columns / WEIR_GROUP, g = k / WEIR_GROUP, in = k % WEIR_GROUP;
  switch (table->format) {
    case WEIR_Q4: {
      const uint16_t *d = (const void *)(panel + groups * 256);
      int half = in % 16;
      int both = panel[g * 256 + half / 4 * 64 + n * 4 + half % 4];
      int64_t at = g * WEIR_LANES + n;
      float q = (float)(in < 16 ? both & 15 : both >> 4);
      return q * half_to_float(d[at]) + half_to_float(d[groups * WEIR_LANES + at]);
    }
    case WEIR_Q8: {
      const uint16_t *d = (const void *)(panel + groups * 512);
      int q = panel[g * 512 + in / 4 * 64 + n * 4 + in % 4];
      return (float)(q - 128) * half_to_float(d[g * WEIR_LANES + n]);
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
