/* Random matrices as the kernels have them, through the packing of what a checkpoint stores. */
#ifndef WEIR_MATRICES_H
#define WEIR_MATRICES_H
#include "buffers.h"
#include "ops.h"

static uint64_t seed;
static uint32_t below(uint32_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33) % n;
}
static float uniform(void) { return (float)below(20001) / 10000 - 1; }
static int64_t lesser_of(int64_t a, int64_t b) { return a < b ? a : b; }

/* Blocks of a source: where their scales in f16 lie, and what these stay below, so that weights are about 1. */
static const struct {
  int64_t elements, bytes, scale, minimum; /* -1: none */
  uint32_t scale_below, minimum_below;
} blocks[] = {{32, 18, 0, -1, 0x2400, 0},        {32, 20, 0, 2, 0x2400, 0x3000},       {32, 22, 0, -1, 0x2000, 0},
              {32, 24, 0, 2, 0x2000, 0x3000},    {32, 34, 0, -1, 0x2400, 0},           {256, 144, 0, 2, 0x1000, 0x1000},
              {256, 176, 0, 2, 0x0c00, 0x1000}, {256, 210, 208, -1, 0x0800, 0},       {1, 4, -1, -1, 0, 0},
              {1, 2, 0, -1, 0x3400, 0},          {1, 2, 0, -1, 0x3e80, 0}};

static int32_t source_of(int32_t format, int64_t columns) {
  switch (format) {
    case WEIR_Q4:
      return below(2) ? WEIR_FROM_Q4_0 : WEIR_FROM_Q4_1;
    case WEIR_Q5:
      return below(2) ? WEIR_FROM_Q5_0 : WEIR_FROM_Q5_1;
    case WEIR_Q8:
      return columns % WEIR_GROUP == 0 && below(2) ? WEIR_FROM_Q8_0 : WEIR_FROM_F32 + (int32_t)below(3);
    case WEIR_Q4_K:
      return WEIR_FROM_Q4_K;
    case WEIR_Q5_K:
      return WEIR_FROM_Q5_K;
    case WEIR_Q6_K:
      return WEIR_FROM_Q6_K;
    default:
      return WEIR_FROM_F32 + (int32_t)below(3);
  }
}

static void put_half(uint8_t *to, uint32_t limit, uint32_t sign) {
  uint16_t half = (uint16_t)(below(limit) | sign);
  memcpy(to, &half, 2);
}

/* Rows of a checkpoint. */
static uint8_t *random_rows(int32_t source, int64_t elements) {
  int64_t size = blocks[source].bytes, bytes = elements / blocks[source].elements * size;
  uint8_t *stored = buffer("stored rows", bytes);
  for (int64_t at = 0; at < bytes; at += size) {
    if (source == WEIR_FROM_F32) {
      float v = below(50) ? uniform() / 4 : below(2) ? 1e-40f : 3;
      memcpy(stored + at, &v, 4);
      continue;
    }
    for (int64_t i = 0; i < size; i++) stored[at + i] = (uint8_t)below(256);
    put_half(stored + at + blocks[source].scale, blocks[source].scale_below, below(2) << 15);
    if (blocks[source].minimum > 0) put_half(stored + at + blocks[source].minimum, blocks[source].minimum_below, below(2) << 15);
  }
  return stored;
}

/* The format of a panel of a matrix whose panels differ. */
static int32_t any_of(int32_t format) { return format == WEIR_FORMATS ? (int32_t)below(WEIR_F32) : format; }

/* A matrix from rows as a checkpoint stores them; rows that are only padding stay zeros. */
static weir_matrix matrix(const char *name, int64_t rows, int64_t columns, int64_t padded_rows, int32_t format) {
  int32_t width = (int32_t)padded(columns, WEIR_GROUP);
  int64_t count = padded_rows / WEIR_LANES, bytes = 0;
  weir_panel *each = buffer("table of panels", count * (int64_t)sizeof *each);
  for (int64_t p = 0; p < count; p++) {
    each[p] = (weir_panel){bytes, any_of(format), 0};
    bytes += weir_panel_stride(each[p].format, width);
  }
  void *panels = buffer(name, bytes);
  memset(panels, 0, (size_t)bytes);
  weir_matrix m = {panels, format == WEIR_FORMATS ? each : 0, bytes / count, (int32_t)padded_rows, width, each[0].format, 0};
  for (int64_t p = 0; p * WEIR_LANES < rows; p++) {
    int32_t source = source_of(each[p].format, columns), n = (int32_t)lesser_of(WEIR_LANES, rows - p * WEIR_LANES), targets[WEIR_LANES];
    int kept = buffer_count;
    uint8_t *stored = random_rows(source, n * columns);
    for (int32_t i = 0; i < n; i++) targets[i] = (int32_t)(p * WEIR_LANES) + n - 1 - i;
    if (weir_pack(&m, stored, source, columns, n, targets)) give_up("refused:", name);
    free_buffers(kept);
  }
  return m;
}
#endif
