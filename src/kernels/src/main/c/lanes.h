/*
 * Sixteen floats or integers side by side: what every kernel is written in, so that it is written once. A kernel's file is compiled
 * for each variant; NAME gives its functions different names. All variants do the same operations in the same order (fma, the tree of
 * lanes_sum, larger), so that their results are the same bits.
 */
#ifndef WEIR_LANES_H
#define WEIR_LANES_H
#include "weir.h"

#define INLINE static inline __attribute__((always_inline, unused))
#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define NAME(function) JOIN(function, WEIR_VARIANT)

#if defined(WEIR_LANES_AVX512)
#include "lanes_avx512.h"
#elif defined(WEIR_LANES_AVX2)
#include "lanes_avx2.h"
#else
#include "lanes_portable.h"
#endif

#ifndef WEIR_LANES_AVX512
/* Stores the lanes whose bit is set one after another; what comes behind them, up to 16 in all, is overwritten with anything. */
INLINE void lanes_compress(float *to, uint32_t bits, lanes a) {
  float each[WEIR_LANES];
  lanes_store(each, a);
  for (; bits; bits &= bits - 1) *to++ = each[__builtin_ctz(bits)];
}
/* Stores first + i for every bit i that is set, likewise. */
INLINE void lanes_count(int32_t *to, uint32_t bits, int32_t first) {
  for (; bits; bits &= bits - 1) *to++ = first + __builtin_ctz(bits);
}
#endif

INLINE lanes lanes_zero(void) { return lanes_set(0); }

/* Whether all lanes are finite. */
INLINE int lanes_finite(lanes a) { return lanes_equal(lanes_sub(a, a), lanes_zero()) == 0xffff; }

/* Bits of the first n lanes, n from 0. */
INLINE uint32_t lanes_first(int64_t n) { return n >= WEIR_LANES ? 0xffff : n <= 0 ? 0 : (1u << n) - 1; }

/*
 * e^x within 2 units in the last place; 0 below -87, where results would be subnormal, e^88 above. The polynomial and the two
 * parts of ln 2 are those of Cephes' expf (Moshier).
 */
INLINE lanes lanes_exp(lanes x) {
  lanes low = lanes_set(-87.0f);
  lanes v = lanes_smaller(lanes_set(88.0f), lanes_larger(low, x)); /* keeps what is not a number */
  lanes n = lanes_round(lanes_mul(v, lanes_set(1.44269504088896341f)));
  lanes r = lanes_fma(n, lanes_set(-0.693359375f), v);
  r = lanes_fma(n, lanes_set(2.12194440e-4f), r);
  lanes p = lanes_set(1.9875691500e-4f);
  p = lanes_fma(p, r, lanes_set(1.3981999507e-3f));
  p = lanes_fma(p, r, lanes_set(8.3334519073e-3f));
  p = lanes_fma(p, r, lanes_set(4.1665795894e-2f));
  p = lanes_fma(p, r, lanes_set(1.6666665459e-1f));
  p = lanes_fma(p, r, lanes_set(5.0000001201e-1f));
  p = lanes_fma(lanes_mul(p, r), r, lanes_add(r, lanes_set(1)));
  p = lanes_scale(p, n);
  return lanes_select(lanes_greater(low, x), lanes_zero(), p);
}
#endif
