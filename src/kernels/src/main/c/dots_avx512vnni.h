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

/* nibbles: [4][16][4], then fifth bits [16][4] */
INLINE void dots_q5(const int rows, const uint8_t *nibbles, const int8_t *values, ints *sums) {
  const __m512i low = _mm512_set1_epi8(15), fifth = _mm512_set1_epi8(16);
  __m512i second = _mm512_loadu_si512(nibbles + 256), first = _mm512_slli_epi16(second, 4); /* the next chunk's bit is the fifth */
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) sums[r] = _mm512_setzero_si512();
#pragma GCC unroll 4
  for (int c = 0; c < 4; c++) {
    __m512i both = _mm512_loadu_si512(nibbles + 64 * c);
    __m512i w = _mm512_or_si512(_mm512_and_si512(both, low), _mm512_and_si512(first, fifth));
    __m512i v = _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi16(both, 4), low), _mm512_and_si512(second, fifth));
    first = _mm512_srli_epi16(first, 1);
    second = _mm512_srli_epi16(second, 1);
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) sums[r] = _mm512_dpbusd_epi32(sums[r], w, broadcast4(values + r * WEIR_GROUP + 4 * c));
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) sums[r] = _mm512_dpbusd_epi32(sums[r], v, broadcast4(values + r * WEIR_GROUP + 16 + 4 * c));
  }
}

/* Bits 2 c and 2 c + 1 of every byte as bits 4 and 5. */
INLINE __m512i upper_bits(__m512i bits, const int c) {
  __m512i moved = c == 0 ? _mm512_slli_epi16(bits, 4) : c == 1 ? _mm512_slli_epi16(bits, 2) : c == 2 ? bits : _mm512_srli_epi16(bits, 2);
  return _mm512_and_si512(moved, _mm512_set1_epi8(48));
}

/* nibbles: [4][16][4], then upper bits [2][16][4]; halves: [8] -32 times the sums of that half of the values */
INLINE void dots_q6(const int rows, const int half, const uint8_t *nibbles, const int8_t *values, const int32_t *halves, ints *sums) {
  const __m512i low = _mm512_set1_epi8(15);
  __m512i bits = _mm512_loadu_si512(nibbles + 256 + 64 * half);
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) sums[r] = _mm512_set1_epi32(halves[r]);
#pragma GCC unroll 4
  for (int c = 0; c < 4; c++) {
    __m512i both = _mm512_loadu_si512(nibbles + 64 * c), nibble = half ? _mm512_srli_epi16(both, 4) : both;
    __m512i w = _mm512_or_si512(_mm512_and_si512(nibble, low), upper_bits(bits, c));
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) sums[r] = _mm512_dpbusd_epi32(sums[r], w, broadcast4(values + r * WEIR_GROUP + 16 * half + 4 * c));
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
