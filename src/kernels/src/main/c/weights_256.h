/* Weights of a group as bytes in registers of 256 bits, and activations beside them: see weir.h for where their bits lie. */
INLINE __m256i broadcast4(const int8_t *a) {
  int32_t four;
  __builtin_memcpy(&four, a, 4);
  return _mm256_set1_epi32(four);
}

/* Four weights of each of 16 outputs: nibbles of chunk c, of the lower or the upper half of the bytes, and what lies above them. */
INLINE __m256i chunk_of(const int half, const uint8_t *nibbles, __m256i above) {
  __m256i both = _mm256_loadu_si256((const void *)nibbles), nibble = half ? _mm256_srli_epi16(both, 4) : both;
  return _mm256_or_si256(_mm256_and_si256(nibble, _mm256_set1_epi8(15)), above);
}

/* Bits 2 c and 2 c + 1 of every byte as bits 4 and 5. */
INLINE __m256i upper_bits(const uint8_t *bytes, const int c) {
  __m256i bits = _mm256_loadu_si256((const void *)bytes);
  __m256i moved = c == 0 ? _mm256_slli_epi16(bits, 4) : c == 1 ? _mm256_slli_epi16(bits, 2) : c == 2 ? bits : _mm256_srli_epi16(bits, 2);
  return _mm256_and_si256(moved, _mm256_set1_epi8(48));
}
