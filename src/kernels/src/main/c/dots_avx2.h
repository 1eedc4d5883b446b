/*
 * Integer dot products of a group without VNNI: vpmaddubsw adds two products in 16 bits and saturates. Nibbles are safe, the whole
 * group fits: 16 products of 15 x 127 in each half are 30,480. Of 5 bits 8 products fit, 31,496, of 6 bits 4, 32,004. Bytes are made
 * signed again, magnitude times signed activation: 2 x 128 x 127 is 32,512, widened to 32 bits at once.
 */
#include "weights_256.h"

enum { TILE_ROWS = 4 };

INLINE void dots_q4(const int rows, const uint8_t *nibbles, const int8_t *values, ints *sums) {
  const __m256i mask = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
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
      sums[r].low = _mm256_add_epi16(sums[r].low, _mm256_add_epi16(_mm256_maddubs_epi16(a0, x), _mm256_maddubs_epi16(a1, y)));
      sums[r].high = _mm256_add_epi16(sums[r].high, _mm256_add_epi16(_mm256_maddubs_epi16(b0, x), _mm256_maddubs_epi16(b1, y)));
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) {
    sums[r].low = _mm256_madd_epi16(sums[r].low, ones);
    sums[r].high = _mm256_madd_epi16(sums[r].high, ones);
  }
}

/* Sums of 16 bits, into those of 32. */
INLINE ints widened(ints sums, ints words) {
  const __m256i ones = _mm256_set1_epi16(1);
  return (ints){_mm256_add_epi32(sums.low, _mm256_madd_epi16(words.low, ones)),
                _mm256_add_epi32(sums.high, _mm256_madd_epi16(words.high, ones))};
}

INLINE ints more_words(ints words, ints weights, __m256i x) {
  return (ints){_mm256_add_epi16(words.low, _mm256_maddubs_epi16(weights.low, x)),
                _mm256_add_epi16(words.high, _mm256_maddubs_epi16(weights.high, x))};
}

/* nibbles: [4][16][4], then fifth bits [16][4] */
INLINE void dots_q5(const int rows, const uint8_t *nibbles, const int8_t *values, ints *sums) {
  const __m256i fifth = _mm256_set1_epi8(16);
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) sums[r] = ints_set(0);
#pragma GCC unroll 2
  for (int half = 0; half < 2; half++) {
    ints words[TILE_ROWS];
    __m256i a = _mm256_loadu_si256((const void *)(nibbles + 256)), b = _mm256_loadu_si256((const void *)(nibbles + 288));
    if (half == 0) a = _mm256_slli_epi16(a, 4), b = _mm256_slli_epi16(b, 4); /* the next chunk's bit is the fifth */
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) words[r] = ints_set(0);
#pragma GCC unroll 4
    for (int c = 0; c < 4; c++) {
      ints w = {chunk_of(half, nibbles + 64 * c, _mm256_and_si256(a, fifth)),
                chunk_of(half, nibbles + 64 * c + 32, _mm256_and_si256(b, fifth))};
      a = _mm256_srli_epi16(a, 1);
      b = _mm256_srli_epi16(b, 1);
#pragma GCC unroll 4
      for (int r = 0; r < rows; r++) words[r] = more_words(words[r], w, broadcast4(values + r * WEIR_GROUP + 16 * half + 4 * c));
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) sums[r] = widened(sums[r], words[r]);
  }
}

/* nibbles: [4][16][4], then upper bits [2][16][4]; halves: [8] -32 times the sums of that half of the values */
INLINE void dots_q6(const int rows, const int half, const uint8_t *nibbles, const int8_t *values, const int32_t *halves, ints *sums) {
  const uint8_t *bits = nibbles + 256 + 64 * half;
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) sums[r] = ints_set(halves[r]);
#pragma GCC unroll 2
  for (int two = 0; two < 4; two += 2) {
    ints words[TILE_ROWS];
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) words[r] = ints_set(0);
#pragma GCC unroll 2
    for (int c = two; c < two + 2; c++) {
      ints w = {chunk_of(half, nibbles + 64 * c, upper_bits(bits, c)), chunk_of(half, nibbles + 64 * c + 32, upper_bits(bits + 32, c))};
#pragma GCC unroll 4
      for (int r = 0; r < rows; r++) words[r] = more_words(words[r], w, broadcast4(values + r * WEIR_GROUP + 16 * half + 4 * c));
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) sums[r] = widened(sums[r], words[r]);
  }
}

INLINE __m256i signed_dots(__m256i w, __m256i magnitude, __m256i x, __m256i ones) {
  return _mm256_madd_epi16(_mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(x, w)), ones);
}

INLINE void dots_q8(const int rows, const uint8_t *bytes, const int8_t *values, const int32_t *zero, ints *sums) {
  (void)zero; /* the weights are signed here */
  const __m256i center = _mm256_set1_epi8(-128), ones = _mm256_set1_epi16(1);
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++) sums[r] = ints_set(0);
#pragma GCC unroll 8
  for (int c = 0; c < 8; c++) {
    __m256i a = _mm256_xor_si256(_mm256_loadu_si256((const void *)(bytes + 64 * c)), center);
    __m256i b = _mm256_xor_si256(_mm256_loadu_si256((const void *)(bytes + 64 * c + 32)), center);
    __m256i a0 = _mm256_abs_epi8(a), b0 = _mm256_abs_epi8(b);
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
      __m256i x = broadcast4(values + r * WEIR_GROUP + 4 * c);
      sums[r].low = _mm256_add_epi32(sums[r].low, signed_dots(a, a0, x, ones));
      sums[r].high = _mm256_add_epi32(sums[r].high, signed_dots(b, b0, x, ones));
    }
  }
}
