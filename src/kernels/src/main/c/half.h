/* IEEE 754 binary16 in plain C: round to nearest even, as F16C does. */
#ifndef WEIR_HALF_H
#define WEIR_HALF_H
#include <stdint.h>
#include <string.h>

static inline float half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3ff, bits;
  float value;
  if (exponent == 0) { /* zero or subnormal: fraction 2^-24 */
    value = (float)fraction * 0x1p-24f;
    memcpy(&bits, &value, 4);
    bits |= sign;
  } else if (exponent == 31) {
    bits = sign | 0x7f800000 | fraction << 13 | (fraction ? 0x400000 : 0);
  } else {
    bits = sign | (exponent + 112) << 23 | fraction << 13;
  }
  memcpy(&value, &bits, 4);
  return value;
}

static inline uint16_t float_to_half(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
  if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00); /* rounds to 65536 or beyond */
  if (magnitude < 0x38800000) {                                  /* subnormal: the sum's last bit is 2^-24 */
    float shifted, half = 0.5f;
    memcpy(&shifted, &magnitude, 4);
    shifted += half;
    uint32_t sum;
    memcpy(&sum, &shifted, 4);
    return (uint16_t)(sign | (sum - 0x3f000000));
  }
  uint32_t odd = magnitude >> 13 & 1;
  return (uint16_t)(sign | ((magnitude - 0x38000000 + 0xfff + odd) >> 13));
}
#endif
