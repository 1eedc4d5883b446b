/* Lanes in two registers of AVX2, with FMA and F16C. */
#include <immintrin.h>

typedef struct {
  __m256 low, high;
} lanes;
typedef struct {
  __m256i low, high;
} ints;

INLINE lanes lanes_set(float a) { return (lanes){_mm256_set1_ps(a), _mm256_set1_ps(a)}; }
INLINE lanes lanes_load(const float *a) { return (lanes){_mm256_loadu_ps(a), _mm256_loadu_ps(a + 8)}; }
INLINE void lanes_store(float *to, lanes a) {
  _mm256_storeu_ps(to, a.low);
  _mm256_storeu_ps(to + 8, a.high);
}
INLINE lanes lanes_add(lanes a, lanes b) { return (lanes){_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
INLINE lanes lanes_sub(lanes a, lanes b) { return (lanes){_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
INLINE lanes lanes_mul(lanes a, lanes b) { return (lanes){_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
INLINE lanes lanes_div(lanes a, lanes b) { return (lanes){_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)}; }
INLINE lanes lanes_fma(lanes a, lanes b, lanes c) {
  return (lanes){_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
INLINE lanes lanes_larger(lanes a, lanes b) { return (lanes){_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }
INLINE lanes lanes_smaller(lanes a, lanes b) { return (lanes){_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)}; }
INLINE lanes lanes_magnitude(lanes a) {
  __m256 bits = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  return (lanes){_mm256_and_ps(a.low, bits), _mm256_and_ps(a.high, bits)};
}
INLINE lanes lanes_round(lanes a) {
  return (lanes){_mm256_round_ps(a.low, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC),
                 _mm256_round_ps(a.high, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
INLINE __m256 power_of_two(__m256 n) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
}
INLINE lanes lanes_scale(lanes a, lanes n) {
  return (lanes){_mm256_mul_ps(a.low, power_of_two(n.low)), _mm256_mul_ps(a.high, power_of_two(n.high))};
}
INLINE uint32_t lanes_bits(__m256 low, __m256 high) {
  return (uint32_t)_mm256_movemask_ps(low) | (uint32_t)_mm256_movemask_ps(high) << 8;
}
INLINE uint32_t lanes_greater(lanes a, lanes b) {
  return lanes_bits(_mm256_cmp_ps(a.low, b.low, _CMP_GT_OQ), _mm256_cmp_ps(a.high, b.high, _CMP_GT_OQ));
}
INLINE uint32_t lanes_equal(lanes a, lanes b) {
  return lanes_bits(_mm256_cmp_ps(a.low, b.low, _CMP_EQ_OQ), _mm256_cmp_ps(a.high, b.high, _CMP_EQ_OQ));
}
INLINE __m256 bits_to_lanes(uint32_t bits) {
  __m256i each = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  return _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int32_t)bits), each), each));
}
INLINE lanes lanes_select(uint32_t bits, lanes a, lanes b) {
  return (lanes){_mm256_blendv_ps(b.low, a.low, bits_to_lanes(bits)), _mm256_blendv_ps(b.high, a.high, bits_to_lanes(bits >> 8))};
}
INLINE float lanes_sum(lanes a) {
  __m256 b = _mm256_add_ps(a.low, a.high);
  __m128 c = _mm_add_ps(_mm256_castps256_ps128(b), _mm256_extractf128_ps(b, 1));
  c = _mm_add_ps(c, _mm_movehl_ps(c, c));
  return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}
INLINE float lanes_largest(lanes a) {
  __m256 b = _mm256_max_ps(a.low, a.high);
  __m128 c = _mm_max_ps(_mm256_castps256_ps128(b), _mm256_extractf128_ps(b, 1));
  c = _mm_max_ps(c, _mm_movehl_ps(c, c));
  return _mm_cvtss_f32(_mm_max_ss(c, _mm_movehdup_ps(c)));
}
INLINE lanes lanes_load_half(const uint16_t *a) {
  return (lanes){_mm256_cvtph_ps(_mm_loadu_si128((const void *)a)), _mm256_cvtph_ps(_mm_loadu_si128((const void *)(a + 8)))};
}
INLINE void lanes_store_half(uint16_t *to, lanes a) {
  _mm_storeu_si128((void *)to, _mm256_cvtps_ph(a.low, _MM_FROUND_TO_NEAREST_INT));
  _mm_storeu_si128((void *)(to + 8), _mm256_cvtps_ph(a.high, _MM_FROUND_TO_NEAREST_INT));
}
INLINE __m256 widen_bfloat(const uint16_t *a) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)a)), 16));
}
INLINE lanes lanes_load_bfloat(const uint16_t *a) { return (lanes){widen_bfloat(a), widen_bfloat(a + 8)}; }

/* Sixteen integers of 8 bits. */
INLINE lanes lanes_load_unsigned(const uint8_t *a) {
  __m128i b = _mm_loadu_si128((const void *)a);
  return (lanes){_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(b)), _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(b, 8)))};
}
INLINE lanes lanes_load_signed(const uint8_t *a) {
  __m128i b = _mm_loadu_si128((const void *)a);
  return (lanes){_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(b)), _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(b, 8)))};
}

INLINE ints ints_set(int32_t a) { return (ints){_mm256_set1_epi32(a), _mm256_set1_epi32(a)}; }
INLINE lanes lanes_of(ints a) { return (lanes){_mm256_cvtepi32_ps(a.low), _mm256_cvtepi32_ps(a.high)}; }
INLINE ints ints_of(lanes a) { return (ints){_mm256_cvtps_epi32(a.low), _mm256_cvtps_epi32(a.high)}; }
INLINE void ints_store_bytes(int8_t *to, ints a) {
  __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(a.low, a.high), 0xd8);
  _mm_storeu_si128((void *)to, _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}
INLINE int32_t ints_sum(ints a) {
  __m256i b = _mm256_add_epi32(a.low, a.high);
  __m128i c = _mm_add_epi32(_mm256_castsi256_si128(b), _mm256_extracti128_si256(b, 1));
  c = _mm_add_epi32(c, _mm_shuffle_epi32(c, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(c, _mm_shuffle_epi32(c, 0xb1)));
}
