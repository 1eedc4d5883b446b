/* Where the parts of a group lie in a panel; see weir.h. */
#ifndef WEIR_PANELS_H
#define WEIR_PANELS_H
#include "weir.h"

enum { Q4_GROUP_BYTES = 320, Q8_PAIR_BYTES = 1088 };

static inline int64_t q4_nibbles(int64_t group) { return group * Q4_GROUP_BYTES; }
static inline int64_t q4_scales(int64_t group) { return group * Q4_GROUP_BYTES + 256; }
static inline int64_t q4_minima(int64_t group) { return group * Q4_GROUP_BYTES + 288; }
static inline int64_t q8_bytes(int64_t group) { return group / 2 * Q8_PAIR_BYTES + group % 2 * 512; }
static inline int64_t q8_scales(int64_t group) { return group / 2 * Q8_PAIR_BYTES + 1024 + group % 2 * 32; }
#endif
