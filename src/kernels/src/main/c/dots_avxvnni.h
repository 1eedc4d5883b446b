/*
 * Integer dot products of a group in two registers of 256 bits, with the vpdpbusd of AVX-VNNI (unsigned weights, signed activations).
 * Compiled for AVX-512 VNNI the same instruction has another encoding: so it is tested where only that is there.
 */
#include "weights_256.h"

enum { TILE_ROWS = 4 };

INLINE __m256i add_dots(__m256i sums, __m256i weights, __m256i values) {
#ifdef WEIR_AVXVNNI_IN_EVEX
  return _mm256_dpbusd_epi32(sums, weights, values);
#else
  return _mm256_dpbusd_avx_epi32(sums, weights, values);
#endif
}

/* nibbles: [4][16][4]; values: [8][32] */
INLINE void dots_q4(const int rows, const uint8_t *nibbles, const int8_t *values, ints *sums) {
  const __m256i mask = _mm256_set1_epi8(15);
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) sums[r] = ints_set(0);
#pragma GCC unroll 4
  for (int c = 0; c < 4; c++) {
    __m256i a = _mm256_loadu_si256((const void *)(nibbles + 64 * c)), b = _mm256_loadu_si256((const void *)(nibbles + 64 * c + 32));
    __m256i a0 = _mm256_and_si256(a, mask), a1 = _mm256_and_si256(_mm256_srli_epi16(a, 4), mask);
    __m256i b0 = _mm256_and_si256(b, mask), b1 = _mm256_and_si256(_mm256_srli_epi16(b, 4), mask);
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
      __m256i x = broadcast4(values + r * WEIR_GROUP + 4 * c), y = broadcast4(values + r * WEIR_GROUP + 16 + 4 * c);
      sums[r].low = add_dots(add_dots(sums[r].low, a0, x), a1, y);
      sums[r].high = add_dots(add_dots(sums[r].high, b0, x), b1, y);
    }
  }
}

INLINE ints more_dots(ints sums, ints weights, const int8_t *values) {
  __m256i x = broadcast4(values);
  return (ints){add_dots(sums.low, weights.low, x), add_dots(sums.high, weights.high, x)};
}

/* nibbles: [4][16][4], then fifth bits [16][4] */
INLINE void dots_q5(const int rows, const uint8_t *nibbles, const int8_t *values, ints *sums) {
  const __m256i fifth = _mm256_set1_epi8(16);
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) sums[r] = ints_set(0);
#pragma GCC unroll 2
  for (int half = 0; half < 2; half++) {
    __m256i a = _mm256_loadu_si256((const void *)(nibbles + 256)), b = _mm256_loadu_si256((const void *)(nibbles + 288));
    if (half == 0) a = _mm256_slli_epi16(a, 4), b = _mm256_slli_epi16(b, 4); /* the next chunk's bit is the fifth */
#pragma GCC unroll 4
    for (int c = 0; c < 4; c++) {
      ints w = {chunk_of(half, nibbles + 64 * c, _mm256_and_si256(a, fifth)),
                chunk_of(half, nibbles + 64 * c + 32, _mm256_and_si256(b, fifth))};
      a = _mm256_srli_epi16(a, 1);
      b = _mm256_srli_epi16(b, 1);
#pragma GCC unroll 4
      for (int r = 0; r < rows; r++) sums[r] = more_dots(sums[r], w, values + r * WEIR_GROUP + 16 * half + 4 * c);
    }
  }
}

/* nibbles: [4][16][4], then upper bits [2][16][4]; halves: [8] -32 times the sums of that half of the values */
INLINE void dots_q6(const int rows, const int half, const uint8_t *nibbles, const int8_t *values, const int32_t *halves, ints *sums) {
  const uint8_t *bits = nibbles + 256 + 64 * half;
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) sums[r] = ints_set(halves[r]);
#pragma GCC unroll 4
  for (int c = 0; c < 4; c++) {
    ints w = {chunk_of(half, nibbles + 64 * c, upper_bits(bits, c)), chunk_of(half, nibbles + 64 * c + 32, upper_bits(bits + 32, c))};
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) sums[r] = more_dots(sums[r], w, values + r * WEIR_GROUP + 16 * half + 4 * c);
  }
}

/* bytes: [8][16][4] around 128; zero: [8] -128 times the sums of the values */
INLINE void dots_q8(const int rows, const uint8_t *bytes, const int8_t *values, const int32_t *zero, ints *sums) {
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) sums[r] = ints_set(zero[r]);
#pragma GCC unroll 8
  for (int c = 0; c < 8; c++) {
    __m256i a = _mm256_loadu_si256((const void *)(bytes + 64 * c)), b = _mm256_loadu_si256((const void *)(bytes + 64 * c + 32));
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
      __m256i x = broadcast4(values + r * WEIR_GROUP + 4 * c);
      sums[r].low = add_dots(sums[r].low, a, x);
      sums[r].high = add_dots(sums[r].high, b, x);
    }
  }
}
