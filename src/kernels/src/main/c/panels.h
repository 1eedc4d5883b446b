/* Where a panel lies, and where the parts of a group lie in it; see weir.h. */
#ifndef WEIR_PANELS_H
#define WEIR_PANELS_H
#include "weir.h"

enum {
  Q4_GROUP_BYTES = 320,
  Q5_GROUP_BYTES = 384,
  Q6_GROUP_BYTES = 448,
  Q8_PAIR_BYTES = 1088,
  SUPER_GROUPS = 8, /* groups of a super-block */
  Q4_K_BYTES = 64 + 4 * 576,
  Q5_K_BYTES = 64 + 4 * 704
};

static inline int32_t panel_format(const weir_matrix *matrix, int64_t panel) {
  return matrix->each ? matrix->each[panel].format : matrix->format;
}

static inline const uint8_t *panel_at(const weir_matrix *matrix, int64_t panel) {
  return (const uint8_t *)matrix->panels + (matrix->each ? matrix->each[panel].offset : panel * matrix->stride);
}

static inline int64_t q4_nibbles(int64_t group) { return group * Q4_GROUP_BYTES; }
static inline int64_t q4_scales(int64_t group) { return group * Q4_GROUP_BYTES + 256; }
static inline int64_t q4_minima(int64_t group) { return group * Q4_GROUP_BYTES + 288; }

static inline int64_t q5_nibbles(int64_t group) { return group * Q5_GROUP_BYTES; }
static inline int64_t q5_scales(int64_t group) { return group * Q5_GROUP_BYTES + 320; }
static inline int64_t q5_minima(int64_t group) { return group * Q5_GROUP_BYTES + 352; }

static inline int64_t q6_nibbles(int64_t group) { return group * Q6_GROUP_BYTES; }
static inline int64_t q6_scales(int64_t group) { return group * Q6_GROUP_BYTES + 384; }
static inline int64_t q6_super_scales(int64_t group) { return group * Q6_GROUP_BYTES + 416; }

static inline int64_t q8_bytes(int64_t group) { return group / 2 * Q8_PAIR_BYTES + group % 2 * 512; }
static inline int64_t q8_scales(int64_t group) { return group / 2 * Q8_PAIR_BYTES + 1024 + group % 2 * 32; }

/* Q4_K, and Q5_K, whose nibbles have their fifth bits behind them. */
static inline int64_t k_bits(int format) { return format == WEIR_Q5_K ? 320 : 256; }
static inline int64_t k_super(int format, int64_t group) {
  return group / SUPER_GROUPS * (format == WEIR_Q5_K ? Q5_K_BYTES : Q4_K_BYTES);
}
static inline int64_t k_pair(int format, int64_t group) {
  return k_super(format, group) + 64 + group % SUPER_GROUPS / 2 * (2 * k_bits(format) + 64);
}
static inline int64_t k_nibbles(int format, int64_t group) { return k_pair(format, group) + group % 2 * k_bits(format); }
static inline int64_t k_scales(int format, int64_t group) { return k_pair(format, group) + 2 * k_bits(format) + group % 2 * 16; }
static inline int64_t k_minima(int format, int64_t group) { return k_scales(format, group) + 32; }
#endif
