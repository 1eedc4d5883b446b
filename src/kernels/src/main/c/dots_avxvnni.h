/*
 * Integer dot products of a group in two registers of 256 bits, with the vpdpbusd of AVX-VNNI (unsigned weights, signed activations).
 * Compiled for AVX-512 VNNI the same instruction has another encoding: so it is tested where only that is there.
 */
enum { TILE_ROWS = 4 };

INLINE __m256i broadcast4(const int8_t *a) {
  int32_t four;
  __builtin_memcpy(&four, a, 4);
  return _mm256_set1_epi32(four);
}

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
