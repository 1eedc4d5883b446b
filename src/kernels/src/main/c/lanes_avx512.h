/* Lanes in one register of AVX-512 (F, BW, VL, VNNI). */
#include <immintrin.h>

typedef __m512 lanes;
typedef __m512i ints;

INLINE lanes lanes_set(float a) { return _mm512_set1_ps(a); }
INLINE lanes lanes_load(const float *a) { return _mm512_loadu_ps(a); }
INLINE void lanes_store(float *to, lanes a) { _mm512_storeu_ps(to, a); }
INLINE lanes lanes_add(lanes a, lanes b) { return _mm512_add_ps(a, b); }
INLINE lanes lanes_sub(lanes a, lanes b) { return _mm512_sub_ps(a, b); }
INLINE lanes lanes_mul(lanes a, lanes b) { return _mm512_mul_ps(a, b); }
INLINE lanes lanes_div(lanes a, lanes b) { return _mm512_div_ps(a, b); }
/* a b + c, rounded once. */
INLINE lanes lanes_fma(lanes a, lanes b, lanes c) { return _mm512_fmadd_ps(a, b, c); }
/* a > b ? a : b: b where one is not a number. */
INLINE lanes lanes_larger(lanes a, lanes b) { return _mm512_max_ps(a, b); }
INLINE lanes lanes_smaller(lanes a, lanes b) { return _mm512_min_ps(a, b); }
INLINE lanes lanes_magnitude(lanes a) { return _mm512_abs_ps(a); }
INLINE lanes lanes_round(lanes a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/* a 2^n for whole n in -126..127 */
INLINE lanes lanes_scale(lanes a, lanes n) {
  return _mm512_mul_ps(
      a, _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)), 23)));
}
INLINE uint32_t lanes_greater(lanes a, lanes b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }
INLINE uint32_t lanes_equal(lanes a, lanes b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
/* Lanes whose bit is set come from a. */
INLINE lanes lanes_select(uint32_t bits, lanes a, lanes b) { return _mm512_mask_blend_ps((__mmask16)bits, b, a); }
/* Stores the lanes whose bit is set one after another; what comes behind them, up to 16 in all, is overwritten with anything. */
INLINE void lanes_compress(float *to, uint32_t bits, lanes a) { _mm512_storeu_ps(to, _mm512_maskz_compress_ps((__mmask16)bits, a)); }
/* Stores first + i for every bit i that is set, likewise. */
INLINE void lanes_count(int32_t *to, uint32_t bits, int32_t first) {
  __m512i each = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  _mm512_storeu_si512(to, _mm512_maskz_compress_epi32((__mmask16)bits, _mm512_add_epi32(each, _mm512_set1_epi32(first))));
}
/* Adds lanes 8 apart, then 4, 2, 1. */
INLINE float lanes_sum(lanes a) {
  __m256 b = _mm256_add_ps(_mm512_castps512_ps256(a), _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a), 1)));
  __m128 c = _mm_add_ps(_mm256_castps256_ps128(b), _mm256_extractf128_ps(b, 1));
  c = _mm_add_ps(c, _mm_movehl_ps(c, c));
  return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}
INLINE float lanes_largest(lanes a) {
  __m256 b = _mm256_max_ps(_mm512_castps512_ps256(a), _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a), 1)));
  __m128 c = _mm_max_ps(_mm256_castps256_ps128(b), _mm256_extractf128_ps(b, 1));
  c = _mm_max_ps(c, _mm_movehl_ps(c, c));
  return _mm_cvtss_f32(_mm_max_ss(c, _mm_movehdup_ps(c)));
}
INLINE lanes lanes_load_half(const uint16_t *a) { return _mm512_cvtph_ps(_mm256_loadu_si256((const void *)a)); }
INLINE void lanes_store_half(uint16_t *to, lanes a) {
  _mm256_storeu_si256((void *)to, _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT));
}
INLINE lanes lanes_load_bfloat(const uint16_t *a) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)a)), 16));
}

/* Sixteen integers of 8 bits. */
INLINE lanes lanes_load_unsigned(const uint8_t *a) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)a)));
}
INLINE lanes lanes_load_signed(const uint8_t *a) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)a)));
}

INLINE ints ints_set(int32_t a) { return _mm512_set1_epi32(a); }
INLINE lanes lanes_of(ints a) { return _mm512_cvtepi32_ps(a); }
/* Rounded to the nearest even. */
INLINE ints ints_of(lanes a) { return _mm512_cvtps_epi32(a); }
INLINE void ints_store_bytes(int8_t *to, ints a) { _mm_storeu_si128((void *)to, _mm512_cvtepi32_epi8(a)); }
/* Sums wrap: what is not finite became the least integer. (_mm512_reduce_add_epi32 adds signed numbers, whose overflow is undefined.) */
INLINE int32_t ints_sum(ints a) {
  __m256i b = _mm256_add_epi32(_mm512_castsi512_si256(a), _mm512_extracti64x4_epi64(a, 1));
  __m128i c = _mm_add_epi32(_mm256_castsi256_si128(b), _mm256_extracti128_si256(b, 1));
  c = _mm_add_epi32(c, _mm_shuffle_epi32(c, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(c, _mm_shuffle_epi32(c, 0xb1)));
}
