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

/* A matrix from rows as a checkpoint stores them; rows that are only padding stay zeros. */
static weir_matrix matrix(const char *name, int64_t rows, int64_t columns, int64_t padded_rows, int32_t format) {
  int32_t width = (int32_t)padded(columns, WEIR_GROUP);
  weir_matrix m = {0, weir_panel_stride(format, width), (int32_t)padded_rows, width, format, 0};
  void *panels = buffer(name, m.stride * padded_rows / WEIR_LANES);
  memset(panels, 0, (size_t)(m.stride * padded_rows / WEIR_LANES));
  m.panels = panels;
  int32_t source = 3;
  if (format == WEIR_Q4) source = (int32_t)below(2);
  if (format == WEIR_Q8 && columns % WEIR_GROUP == 0 && below(2)) source = 2;
  static const int64_t block[] = {18, 20, 34};
  int64_t bytes = rows * (source == 3 ? columns * 4 : width / WEIR_GROUP * block[source]);
  int kept = buffer_count;
  uint8_t *stored = buffer("stored rows", bytes);
  int32_t *targets = buffer("targets", rows * 4);
  for (int64_t i = 0; i < rows; i++) targets[i] = (int32_t)(rows - 1 - i);
  if (source == 3) {
    for (int64_t i = 0; i < rows * columns; i++) {
      float v = below(50) ? uniform() / 4 : below(2) ? 1e-40f : 3;
      memcpy(stored + 4 * i, &v, 4);
    }
  } else {
    for (int64_t i = 0; i < bytes; i++) stored[i] = (uint8_t)below(256);
    for (int64_t at = 0; at < bytes; at += block[source]) { /* scales of about 1 / 64 and below */
      uint16_t d = (uint16_t)(below(0x2400) | (below(2) << 15)), least = (uint16_t)(below(0x3000) | 0x8000);
      memcpy(stored + at, &d, 2);
      if (source == 1) memcpy(stored + at + 2, &least, 2);
    }
  }
  if (weir_pack(&m, stored, source, columns, rows, targets)) {
    fprintf(stderr, "a matrix was refused\n");
    exit(3);
  }
  free_buffers(kept);
  return m;
}
#endif
