/* From what a checkpoint stores to panels. */
#include <math.h>

#include "half.h"
#include "ops.h"
#include "panels.h"

int64_t weir_panel_stride(int32_t format, int32_t columns) {
  int64_t k = columns;
  switch (format) {
    case WEIR_Q4:
      return k / WEIR_GROUP * Q4_GROUP_BYTES;
    case WEIR_Q5:
      return k / WEIR_GROUP * Q5_GROUP_BYTES;
    case WEIR_Q4_K:
      return k / WEIR_GROUP / SUPER_GROUPS * Q4_K_BYTES;
    case WEIR_Q5_K:
      return k / WEIR_GROUP / SUPER_GROUPS * Q5_K_BYTES;
    case WEIR_Q6_K:
      return k / WEIR_GROUP * Q6_GROUP_BYTES;
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

static uint16_t half_of(const uint8_t *stored) {
  uint16_t half;
  memcpy(&half, stored, 2);
  return half;
}

/* A group of one output: q [32], and what of it is above 4 bits. */
static void put_nibbles(uint8_t *nibbles, int64_t n, const uint8_t *q) {
  for (int i = 0; i < 16; i++) nibbles[i / 4 * 64 + n * 4 + i % 4] = (uint8_t)((q[i] & 15) | q[16 + i] << 4);
}
static void put_fifth_bits(uint8_t *bits, int64_t n, const uint8_t *q) {
  for (int k = 0; k < 4; k++) {
    int byte = 0;
    for (int c = 0; c < 8; c++) byte |= (q[4 * c + k] >> 4 & 1) << c;
    bits[n * 4 + k] = (uint8_t)byte;
  }
}
static void put_upper_bits(uint8_t *bits, int64_t n, const uint8_t *q) {
  for (int i = 0; i < 8; i++) {
    int byte = 0;
    for (int c = 0; c < 4; c++) byte |= (q[i / 4 * 16 + 4 * c + i % 4] >> 4 & 3) << 2 * c;
    bits[i / 4 * 64 + n * 4 + i % 4] = (uint8_t)byte;
  }
}

/* {half d; half m; byte qs[16]}, or without m: then it is -8 d. Element j is in the low half of byte j, j + 16 in the high one. */
static int pack_q4(uint8_t *panel, int64_t groups, int64_t n, const uint8_t *stored, int has_minimum) {
  for (int64_t g = 0; g < groups; g++) {
    uint16_t scale = half_of(stored), minimum = float_to_half(-8 * half_to_float(scale));
    stored += 2;
    if (has_minimum) {
      minimum = half_of(stored);
      stored += 2;
    }
    if (!half_is_finite(scale) || !half_is_finite(minimum)) return 1;
    put_half(panel, q4_scales(g) + 2 * n, scale);
    put_half(panel, q4_minima(g) + 2 * n, minimum);
    for (int c = 0; c < 4; c++) memcpy(panel + q4_nibbles(g) + c * 64 + n * 4, stored + c * 4, 4);
    stored += 16;
  }
  return 0;
}

/* {half d; half m; int qh; byte qs[16]}, or without m: then it is -16 d. Bit j of qh is the fifth bit of element j. */
static int pack_q5(uint8_t *panel, int64_t groups, int64_t n, const uint8_t *stored, int has_minimum) {
  for (int64_t g = 0; g < groups; g++) {
    uint16_t scale = half_of(stored), minimum = float_to_half(-16 * half_to_float(scale));
    stored += 2;
    if (has_minimum) {
      minimum = half_of(stored);
      stored += 2;
    }
    if (!half_is_finite(scale) || !half_is_finite(minimum)) return 1;
    put_half(panel, q5_scales(g) + 2 * n, scale);
    put_half(panel, q5_minima(g) + 2 * n, minimum);
    uint8_t q[WEIR_GROUP];
    for (int j = 0; j < WEIR_GROUP; j++) {
      int fifth = stored[j / 8] >> j % 8 & 1, both = stored[4 + j % 16];
      q[j] = (uint8_t)((j < 16 ? both & 15 : both >> 4) | fifth << 4);
    }
    put_nibbles(panel + q5_nibbles(g), n, q);
    put_fifth_bits(panel + q5_nibbles(g) + 256, n, q);
    stored += 20;
  }
  return 0;
}

/* Eight scales and eight minima of 6 bits in 12 bytes; see get_scale_min_k4 in ggml-quants.c. */
static void k_scale_and_minimum(const uint8_t *stored, int i, uint8_t *scale, uint8_t *minimum) {
  if (i < 4) {
    *scale = stored[i] & 63;
    *minimum = stored[i + 4] & 63;
  } else {
    *scale = (uint8_t)((stored[i + 4] & 15) | stored[i - 4] >> 6 << 4);
    *minimum = (uint8_t)(stored[i + 4] >> 4 | stored[i] >> 6 << 4);
  }
}

/* {half d; half dmin; byte scales[12]; byte qh[32], of Q5_K; byte qs[128]}: every 32 bytes of qs are two groups, the low halves first. */
static int pack_k(uint8_t *panel, int64_t groups, int64_t n, const uint8_t *stored, int format) {
  for (int64_t first = 0; first < groups; first += SUPER_GROUPS) {
    uint16_t scale = half_of(stored), minimum = half_of(stored + 2);
    if (!half_is_finite(scale) || !half_is_finite(minimum)) return 1;
    put_half(panel, k_super(format, first) + 2 * n, scale);
    put_half(panel, k_super(format, first) + 32 + 2 * n, minimum ^ 0x8000); /* it is subtracted in the file */
    const uint8_t *high = format == WEIR_Q5_K ? stored + 16 : 0, *low = stored + (high ? 48 : 16);
    for (int i = 0; i < SUPER_GROUPS; i++) {
      int64_t g = first + i;
      uint8_t q[WEIR_GROUP];
      for (int j = 0; j < WEIR_GROUP; j++) {
        int both = low[i / 2 * 32 + j];
        q[j] = (uint8_t)((i % 2 ? both >> 4 : both & 15) | (high ? (high[j] >> i & 1) << 4 : 0));
      }
      put_nibbles(panel + k_nibbles(format, g), n, q);
      if (high) put_fifth_bits(panel + k_nibbles(format, g) + 256, n, q);
      k_scale_and_minimum(stored + 4, i, panel + k_scales(format, g) + n, panel + k_minima(format, g) + n);
    }
    stored = low + 128;
  }
  return 0;
}

/* {byte ql[128]; byte qh[64]; int8 scales[16]; half d}: each half has 128 elements, four groups of them. */
static int pack_q6(uint8_t *panel, int64_t groups, int64_t n, const uint8_t *stored) {
  for (int64_t first = 0; first < groups; first += SUPER_GROUPS, stored += 210) {
    uint16_t scale = half_of(stored + 208);
    if (!half_is_finite(scale)) return 1;
    for (int i = 0; i < SUPER_GROUPS; i++) {
      int64_t g = first + i;
      const uint8_t *low = stored + i / 4 * 64 + i % 2 * 32, *high = stored + 128 + i / 4 * 32;
      uint8_t q[WEIR_GROUP];
      for (int j = 0; j < WEIR_GROUP; j++) {
        q[j] = (uint8_t)((i % 4 < 2 ? low[j] & 15 : low[j] >> 4) | (high[j] >> i % 4 * 2 & 3) << 4);
      }
      put_nibbles(panel + q6_nibbles(g), n, q);
      put_upper_bits(panel + q6_nibbles(g) + 256, n, q);
      panel[q6_scales(g) + n] = stored[192 + 2 * i];
      panel[q6_scales(g) + WEIR_LANES + n] = stored[192 + 2 * i + 1];
      put_half(panel, q6_super_scales(g) + 2 * n, scale);
    }
  }
  return 0;
}

/* q: [32], as unsigned bytes around 128 */
static void put_bytes(uint8_t *panel, int64_t g, int64_t n, const uint8_t *q) {
  for (int c = 0; c < 8; c++) memcpy(panel + q8_bytes(g) + c * 64 + n * 4, q + 4 * c, 4);
}

/* {half d; int8 qs[32]} */
static int pack_q8(uint8_t *panel, int64_t groups, int64_t n, const uint8_t *stored) {
  for (int64_t g = 0; g < groups; g++, stored += 34) {
    uint16_t scale = half_of(stored);
    if (!half_is_finite(scale)) return 1;
    put_half(panel, q8_scales(g) + 2 * n, scale);
    uint8_t q[WEIR_GROUP];
    for (int k = 0; k < WEIR_GROUP; k++) q[k] = stored[2 + k] ^ 0x80;
    put_bytes(panel, g, n, q);
  }
  return 0;
}

/* Elements first to first + count - 1 of a row of floats; zeros up to a whole group. Loops without branches: they become vectors. */
static void widen(float *to, const uint8_t *row, int32_t source, int64_t first, int64_t count) {
  uint16_t halves[WEIR_GROUP] = {0};
  uint32_t bits[WEIR_GROUP] = {0};
  if (source == WEIR_FROM_F32) {
    memcpy(bits, row + first * 4, (size_t)count * 4);
  } else {
    memcpy(halves, row + first * 2, (size_t)count * 2);
    for (int k = 0; k < WEIR_GROUP; k++) bits[k] = (uint32_t)halves[k] << 16;
  }
  memcpy(to, bits, sizeof bits);
  if (source == WEIR_FROM_F16)
    for (int k = 0; k < WEIR_GROUP; k++) to[k] = half_to_float(halves[k]);
}

/* Bits of the largest magnitude: those of magnitudes are in the order of what they mean, infinity and NaN last. */
static int32_t largest_bits(const float *values) {
  int32_t bits[WEIR_GROUP], largest = 0;
  memcpy(bits, values, sizeof bits);
  for (int k = 0; k < WEIR_GROUP; k++) largest = (bits[k] & 0x7fffffff) > largest ? bits[k] & 0x7fffffff : largest;
  return largest;
}

/* The scale is rounded up to f16, so that the largest element stays within 127. */
static int quantize_q8(uint8_t *panel, int64_t n, const void *row, int32_t source, int64_t columns) {
  for (int64_t at = 0; at < columns; at += WEIR_GROUP) {
    int64_t g = at / WEIR_GROUP;
    float values[WEIR_GROUP], largest;
    widen(values, row, source, at, columns - at < WEIR_GROUP ? columns - at : WEIR_GROUP);
    int32_t magnitude = largest_bits(values);
    memcpy(&largest, &magnitude, 4);
    if (!isfinite(largest)) return 1;
    uint16_t scale = float_to_half(largest / 127);
    if (half_to_float(scale) * 127 < largest) scale++;
    if (!half_is_finite(scale)) return 1;
    float inverse = largest > 0 ? 1 / half_to_float(scale) : 0;
    put_half(panel, q8_scales(g) + 2 * n, scale);
    float shifted[WEIR_GROUP]; /* 1.5 2^23 more: the last bit is 1, so that the sum is rounded to the nearest even integer */
    for (int k = 0; k < WEIR_GROUP; k++) shifted[k] = values[k] * inverse + 0x1.8p23f;
    int32_t bits[WEIR_GROUP];
    memcpy(bits, shifted, sizeof bits);
    uint8_t q[WEIR_GROUP];
    for (int k = 0; k < WEIR_GROUP; k++) {
      int32_t value = bits[k] - 0x4b400000;
      q[k] = (uint8_t)((value > 127 ? 127 : value < -127 ? -127 : value) + 128);
    }
    put_bytes(panel, g, n, q);
  }
  return 0;
}

static int copy_f32(float *panel, int64_t n, const void *row, int32_t source, int64_t columns) {
  for (int64_t at = 0; at < columns; at += WEIR_GROUP) {
    int64_t count = columns - at < WEIR_GROUP ? columns - at : WEIR_GROUP;
    float values[WEIR_GROUP];
    widen(values, row, source, at, count);
    for (int64_t k = 0; k < count; k++) {
      if (!isfinite(values[k])) return 1;
      panel[(at + k) * WEIR_LANES + n] = values[k];
    }
  }
  return 0;
}

static int round_bf16(uint16_t *panel, int64_t n, const void *row, int32_t source, int64_t columns) {
  for (int64_t at = 0; at < columns; at += WEIR_GROUP) {
    int64_t count = columns - at < WEIR_GROUP ? columns - at : WEIR_GROUP;
    float values[WEIR_GROUP];
    widen(values, row, source, at, count);
    for (int64_t k = 0; k < count; k++) {
      uint32_t bits;
      memcpy(&bits, values + k, 4);
      bits += 0x7fff + (bits >> 16 & 1); /* to nearest even */
      if (!isfinite(values[k]) || (bits & 0x7f800000) == 0x7f800000) return 1;
      panel[(at + k) * WEIR_LANES + n] = (uint16_t)(bits >> 16);
    }
  }
  return 0;
}

static int64_t row_bytes(int32_t source, int64_t columns) {
  static const struct {
    int64_t elements, bytes;
  } block[] = {{32, 18}, {32, 20}, {32, 22}, {32, 24}, {32, 34}, {256, 144}, {256, 176}, {256, 210}, {1, 4}, {1, 2}, {1, 2}};
  return columns / block[source].elements * block[source].bytes;
}

static int pack_row(uint8_t *panel, int32_t format, int64_t n, const void *stored, int32_t source, int64_t columns) {
  int64_t groups = columns / WEIR_GROUP; /* whole ones, unless the source is floats */
  switch (format) {
    case WEIR_Q4:
      return pack_q4(panel, groups, n, stored, source == WEIR_FROM_Q4_1);
    case WEIR_Q5:
      return pack_q5(panel, groups, n, stored, source == WEIR_FROM_Q5_1);
    case WEIR_Q4_K:
    case WEIR_Q5_K:
      return pack_k(panel, groups, n, stored, format);
    case WEIR_Q6_K:
      return pack_q6(panel, groups, n, stored);
    case WEIR_Q8:
      return source == WEIR_FROM_Q8_0 ? pack_q8(panel, groups, n, stored) : quantize_q8(panel, n, stored, source, columns);
    case WEIR_F32:
      return copy_f32((void *)panel, n, stored, source, columns);
    default:
      return round_bf16((void *)panel, n, stored, source, columns);
  }
}

int32_t weir_pack(const weir_matrix *matrix, const void *stored, int32_t source, int64_t columns, int64_t count, const int32_t *targets) {
  for (int64_t i = 0; i < count; i++) {
    int64_t panel = targets[i] / WEIR_LANES, n = targets[i] % WEIR_LANES;
    const uint8_t *from = (const uint8_t *)stored + i * row_bytes(source, columns);
    if (pack_row((uint8_t *)(uintptr_t)panel_at(matrix, panel), panel_format(matrix, panel), n, from, source, columns)) return 1;
  }
  return 0;
}
