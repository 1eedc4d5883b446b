/* Integer dot products of a group in plain C. */
enum { TILE_ROWS = 8 };

INLINE void dots_q4(const int rows, const uint8_t *nibbles, const int8_t *values, ints *sums) {
  for (int r = 0; r < rows; r++) {
    const int8_t *x = values + r * WEIR_GROUP;
    sums[r] = ints_set(0);
    for (int c = 0; c < 4; c++)
      for (int n = 0; n < WEIR_LANES; n++)
        for (int k = 0; k < 4; k++) {
          uint8_t both = nibbles[64 * c + 4 * n + k];
          sums[r].a[n] += (both & 15) * x[4 * c + k] + (both >> 4) * x[16 + 4 * c + k];
        }
  }
}

/* nibbles: [4][16][4], then fifth bits [16][4] */
INLINE void dots_q5(const int rows, const uint8_t *nibbles, const int8_t *values, ints *sums) {
  const uint8_t *bits = nibbles + 256;
  for (int r = 0; r < rows; r++) {
    const int8_t *x = values + r * WEIR_GROUP;
    sums[r] = ints_set(0);
    for (int c = 0; c < 4; c++)
      for (int n = 0; n < WEIR_LANES; n++)
        for (int k = 0; k < 4; k++) {
          int both = nibbles[64 * c + 4 * n + k], fifth = bits[4 * n + k] >> c;
          sums[r].a[n] += ((both & 15) | (fifth & 1) << 4) * x[4 * c + k] + (both >> 4 | (fifth >> 4 & 1) << 4) * x[16 + 4 * c + k];
        }
  }
}

/* nibbles: [4][16][4], then upper bits [2][16][4]; halves: [8] -32 times the sums of that half of the values */
INLINE void dots_q6(const int rows, const int half, const uint8_t *nibbles, const int8_t *values, const int32_t *halves, ints *sums) {
  const uint8_t *bits = nibbles + 256 + half * 64;
  for (int r = 0; r < rows; r++) {
    const int8_t *x = values + r * WEIR_GROUP + half * 16;
    sums[r] = ints_set(halves[r]);
    for (int c = 0; c < 4; c++)
      for (int n = 0; n < WEIR_LANES; n++)
        for (int k = 0; k < 4; k++) {
          int q = (nibbles[64 * c + 4 * n + k] >> 4 * half & 15) | (bits[4 * n + k] >> 2 * c & 3) << 4;
          sums[r].a[n] += q * x[4 * c + k];
        }
  }
}

INLINE void dots_q8(const int rows, const uint8_t *bytes, const int8_t *values, const int32_t *zero, ints *sums) {
  for (int r = 0; r < rows; r++) {
    const int8_t *x = values + r * WEIR_GROUP;
    sums[r] = ints_set(zero[r]);
    for (int c = 0; c < 8; c++)
      for (int n = 0; n < WEIR_LANES; n++)
        for (int k = 0; k < 4; k++) sums[r].a[n] += bytes[64 * c + 4 * n + k] * x[4 * c + k];
  }
}
