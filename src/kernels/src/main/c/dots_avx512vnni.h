/* Integer dot products of a group: 16 outputs by `rows` rows, with vpdpbusd (unsigned weights, signed activations). */
enum { TILE_ROWS = 8 };

INLINE __m512i broadcast4(const int8_t *a) {
  int32_t four;
  __builtin_memcpy(&four, a, 4);
  return _mm512_set1_epi32(four);
}

/* nibbles: [4][16][4]; values: [8][32] */
INLINE void dots_q4(const int rows, const uint8_t *nibbles, const int8_t *values, ints *sums) {
  const __m512i low = _mm512_set1_epi8(15);
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) sums[r] = _mm512_setzero_si512();
#pragma GCC unroll 4
  for (int c = 0; c < 4; c++) {
    __m512i both = _mm512_loadu_si512(nibbles + 64 * c);
    __m512i w = _mm512_and_si512(both, low);
    __m512i v = _mm512_and_si512(_mm512_srli_epi16(both, 4), low);
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) sums[r] = _mm512_dpbusd_epi32(sums[r], w, broadcast4(values + r * WEIR_GROUP + 4 * c));
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) sums[r] = _mm512_dpbusd_epi32(sums[r], v, broadcast4(values + r * WEIR_GROUP + 16 + 4 * c));
  }
}

/* bytes: [8][16][4] around 128; zero: [8] -128 times the sums of the values */
INLINE void dots_q8(const int rows, const uint8_t *bytes, const int8_t *values, const int32_t *zero, ints *sums) {
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) sums[r] = _mm512_set1_epi32(zero[r]);
#pragma GCC unroll 8
  for (int c = 0; c < 8; c++) {
    __m512i w = _mm512_loadu_si512(bytes + 64 * c);
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) sums[r] = _mm512_dpbusd_epi32(sums[r], w, broadcast4(values + r * WEIR_GROUP + 4 * c));
  }
}
