/* Lanes as loops in plain C: the reference of the other variants. */
#include <math.h>

#include "half.h"

typedef struct {
  float a[WEIR_LANES];
} lanes;
typedef struct {
  int32_t a[WEIR_LANES];
} ints;

#define EACH for (int i = 0; i < WEIR_LANES; i++)
#define MADE(type, value) \
  type r;                 \
  EACH r.a[i] = (value);  \
  return r

INLINE lanes lanes_set(float a) { MADE(lanes, a); }
INLINE lanes lanes_load(const float *a) { MADE(lanes, a[i]); }
INLINE void lanes_store(float *to, lanes a) { EACH to[i] = a.a[i]; }
INLINE lanes lanes_add(lanes a, lanes b) { MADE(lanes, a.a[i] + b.a[i]); }
INLINE lanes lanes_sub(lanes a, lanes b) { MADE(lanes, a.a[i] - b.a[i]); }
INLINE lanes lanes_mul(lanes a, lanes b) { MADE(lanes, a.a[i] * b.a[i]); }
INLINE lanes lanes_div(lanes a, lanes b) { MADE(lanes, a.a[i] / b.a[i]); }
INLINE lanes lanes_fma(lanes a, lanes b, lanes c) { MADE(lanes, fmaf(a.a[i], b.a[i], c.a[i])); }
INLINE lanes lanes_larger(lanes a, lanes b) { MADE(lanes, a.a[i] > b.a[i] ? a.a[i] : b.a[i]); }
INLINE lanes lanes_smaller(lanes a, lanes b) { MADE(lanes, a.a[i] < b.a[i] ? a.a[i] : b.a[i]); }
INLINE lanes lanes_magnitude(lanes a) { MADE(lanes, fabsf(a.a[i])); }
INLINE lanes lanes_round(lanes a) { MADE(lanes, nearbyintf(a.a[i])); }
INLINE float power_of_two(float n) {
  if (!(n >= -126 && n <= 127)) return NAN; /* not a number, or beyond what lanes_scale allows */
  uint32_t bits = (uint32_t)((int32_t)n + 127) << 23;
  float power;
  memcpy(&power, &bits, 4);
  return power;
}
INLINE lanes lanes_scale(lanes a, lanes n) { MADE(lanes, a.a[i] * power_of_two(n.a[i])); }
INLINE uint32_t lanes_greater(lanes a, lanes b) {
  uint32_t bits = 0;
  EACH bits |= (uint32_t)(a.a[i] > b.a[i]) << i;
  return bits;
}
INLINE uint32_t lanes_equal(lanes a, lanes b) {
  uint32_t bits = 0;
  EACH bits |= (uint32_t)(a.a[i] == b.a[i]) << i;
  return bits;
}
INLINE lanes lanes_select(uint32_t bits, lanes a, lanes b) { MADE(lanes, bits >> i & 1 ? a.a[i] : b.a[i]); }
INLINE float lanes_sum(lanes a) {
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) a.a[i] += a.a[i + half];
  return a.a[0];
}
INLINE float lanes_largest(lanes a) {
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) a.a[i] = a.a[i] > a.a[i + half] ? a.a[i] : a.a[i + half];
  return a.a[0];
}
INLINE lanes lanes_load_half(const uint16_t *a) { MADE(lanes, half_to_float(a[i])); }
INLINE void lanes_store_half(uint16_t *to, lanes a) { EACH to[i] = float_to_half(a.a[i]); }
INLINE float widen_bfloat(uint16_t a) {
  uint32_t bits = (uint32_t)a << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
INLINE lanes lanes_load_bfloat(const uint16_t *a) { MADE(lanes, widen_bfloat(a[i])); }

/* Sixteen integers of 8 bits. */
INLINE lanes lanes_load_unsigned(const uint8_t *a) { MADE(lanes, (float)a[i]); }
INLINE lanes lanes_load_signed(const uint8_t *a) { MADE(lanes, (float)(int8_t)a[i]); }

INLINE ints ints_set(int32_t a) { MADE(ints, a); }
INLINE lanes lanes_of(ints a) { MADE(lanes, (float)a.a[i]); }
/* As the processor does it: what does not fit is the least integer. */
INLINE int32_t rounded(float a) { return a >= -2147483648.0f && a < 2147483648.0f ? (int32_t)nearbyintf(a) : INT32_MIN; }
INLINE ints ints_of(lanes a) { MADE(ints, rounded(a.a[i])); }
INLINE void ints_store_bytes(int8_t *to, ints a) { EACH to[i] = (int8_t)a.a[i]; }
INLINE int32_t ints_sum(ints a) {
  uint32_t sum = 0;
  EACH sum += (uint32_t)a.a[i];
  return (int32_t)sum;
}
