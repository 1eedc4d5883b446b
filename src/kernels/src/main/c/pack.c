/* From what a checkpoint stores to panels. */
#include <math.h>

#include "half.h"
#include "ops.h"
#include "panels.h"

enum { FROM_Q4_0 = 0, FROM_Q4_1 = 1, FROM_Q8_0 = 2, FROM_F32 = 3 };

int64_t weir_panel_stride(int32_t format, int32_t columns) {
  int64_t k = columns;
  switch (format) {
    case WEIR_Q4:
      return k / WEIR_GROUP * Q4_GROUP_BYTES;
    case WEIR_Q8:
      return padded(k / WEIR_GROUP, 2) / 2 * Q8_PAIR_BYTES;
    case WEIR_F32:
      return k * WEIR_LANES * 4;
    default:
      return k * WEIR_LANES * 2;
  }
}

static int half_is_finite(uint16_t half) { return (half & 0x7c00) != 0x7c00; }

static void put_half(uint8_t *panel, int64_t at, uint16_t half) { memcpy(panel + at, &half, 2); }

/* {half d; half m; byte qs[16]}, or without m: then it is -8 d. Element j is in the low half of byte j, j + 16 in the high one. */
static int pack_q4(uint8_t *panel, int64_t groups, int64_t n, const uint8_t *stored, int has_minimum) {
  for (int64_t g = 0; g < groups; g++) {
    uint16_t scale, minimum;
    memcpy(&scale, stored, 2);
    stored += 2;
    if (has_minimum) {
      memcpy(&minimum, stored, 2);
      stored += 2;
    } else {
      minimum = float_to_half(-8 * half_to_float(scale));
    }
    if (!half_is_finite(scale) || !half_is_finite(minimum)) return 1;
    put_half(panel, q4_scales(g) + 2 * n, scale);
    put_half(panel, q4_minima(g) + 2 * n, minimum);
    for (int c = 0; c < 4; c++) memcpy(panel + q4_nibbles(g) + c * 64 + n * 4, stored + c * 4, 4);
    stored += 16;
  }
  return 0;
}

/* {half d; int8 qs[32]} */
static int pack_q8(uint8_t *panel, int64_t groups, int64_t n, const uint8_t *stored) {
  for (int64_t g = 0; g < groups; g++, stored += 34) {
    uint16_t scale;
    memcpy(&scale, stored, 2);
    if (!half_is_finite(scale)) return 1;
    put_half(panel, q8_scales(g) + 2 * n, scale);
    for (int k = 0; k < WEIR_GROUP; k++) panel[q8_bytes(g) + k / 4 * 64 + n * 4 + k % 4] = stored[2 + k] ^ 0x80;
  }
  return 0;
}

/* The scale is rounded up to f16, so that the largest element stays within 127. */
static int quantize_q8(uint8_t *panel, int64_t groups, int64_t n, const float *row, int64_t columns) {
  for (int64_t g = 0; g < groups; g++) {
    int64_t count = columns - g * WEIR_GROUP < WEIR_GROUP ? columns - g * WEIR_GROUP : WEIR_GROUP;
    float largest = 0;
    for (int64_t k = 0; k < count; k++) {
      float v = fabsf(row[g * WEIR_GROUP + k]);
      if (!isfinite(v)) return 1;
      largest = v > largest ? v : largest;
    }
    uint16_t scale = float_to_half(largest / 127);
    if (half_to_float(scale) * 127 < largest) scale++;
    if (!half_is_finite(scale)) return 1;
    float inverse = largest > 0 ? 1 / half_to_float(scale) : 0;
    put_half(panel, q8_scales(g) + 2 * n, scale);
    for (int64_t k = 0; k < count; k++) {
      int q = (int)nearbyintf(row[g * WEIR_GROUP + k] * inverse);
      panel[q8_bytes(g) + k / 4 * 64 + n * 4 + k % 4] = (uint8_t)((q > 127 ? 127 : q < -127 ? -127 : q) + 128);
    }
    for (int64_t k = count; k < WEIR_GROUP; k++) panel[q8_bytes(g) + k / 4 * 64 + n * 4 + k % 4] = 128;
  }
  return 0;
}

static int copy_f32(float *panel, int64_t n, const float *row, int64_t columns) {
  for (int64_t k = 0; k < columns; k++) {
    if (!isfinite(row[k])) return 1;
    panel[k * WEIR_LANES + n] = row[k];
  }
  return 0;
}

static int round_bf16(uint16_t *panel, int64_t n, const float *row, int64_t columns) {
  for (int64_t k = 0; k < columns; k++) {
    uint32_t bits;
    memcpy(&bits, row + k, 4);
    bits += 0x7fff + (bits >> 16 & 1); /* to nearest even */
    if (!isfinite(row[k]) || (bits & 0x7f800000) == 0x7f800000) return 1;
    panel[k * WEIR_LANES + n] = (uint16_t)(bits >> 16);
  }
  return 0;
}

int32_t weir_pack(const weir_matrix *matrix, const void *stored, int32_t source, int64_t columns, int64_t count, const int32_t *targets) {
  static const int64_t group_bytes[] = {18, 20, 34, WEIR_GROUP * 4};
  int64_t groups = matrix->columns / WEIR_GROUP;
  int64_t row_bytes = source == FROM_F32 ? columns * 4 : groups * group_bytes[source];
  for (int64_t i = 0; i < count; i++) {
    const uint8_t *from = (const uint8_t *)stored + i * row_bytes;
    uint8_t *panel = (uint8_t *)(uintptr_t)matrix->panels + targets[i] / WEIR_LANES * matrix->stride;
    int64_t n = targets[i] % WEIR_LANES;
    int failed;
    if (matrix->format == WEIR_Q4) {
      failed = pack_q4(panel, groups, n, from, source == FROM_Q4_1);
    } else if (matrix->format == WEIR_Q8) {
      failed = source == FROM_Q8_0 ? pack_q8(panel, groups, n, from) : quantize_q8(panel, groups, n, (const void *)from, columns);
    } else if (matrix->format == WEIR_F32) {
      failed = copy_f32((void *)panel, n, (const void *)from, columns);
    } else {
      failed = round_bf16((void *)panel, n, (const void *)from, columns);
    }
    if (failed) return 1;
  }
  return 0;
}
