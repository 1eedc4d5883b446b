/* A row of the embedding, out of the panels that the output layer may share with it, and what a cell of a picture has beside it. */
#include "half.h"
#include "lanes.h"
#include "ops.h"
#include "panels.h"

static float half_at(const uint8_t *panel, int64_t at) {
  uint16_t half;
  memcpy(&half, panel + at, 2);
  return half_to_float(half);
}

/* An element of a group's nibbles; see weir.h. */
static int nibble_at(const uint8_t *nibbles, int64_t n, int64_t in) {
  int both = nibbles[in % 16 / 4 * 64 + n * 4 + in % 4];
  return in < 16 ? both & 15 : both >> 4;
}
static int five_bits_at(const uint8_t *nibbles, int64_t n, int64_t in) {
  return nibble_at(nibbles, n, in) | (nibbles[256 + n * 4 + in % 4] >> in / 4 & 1) << 4;
}
static int six_bits_at(const uint8_t *nibbles, int64_t n, int64_t in) {
  return nibble_at(nibbles, n, in) | (nibbles[256 + in / 16 * 64 + n * 4 + in % 4] >> in % 16 / 4 * 2 & 3) << 4;
}

static float element_of_k(int format, const uint8_t *panel, int64_t n, int64_t g, int64_t in) {
  const uint8_t *nibbles = panel + k_nibbles(format, g);
  int q = format == WEIR_Q5_K ? five_bits_at(nibbles, n, in) : nibble_at(nibbles, n, in);
  float scale = half_at(panel, k_super(format, g) + 2 * n) * (float)panel[k_scales(format, g) + n];
  return (float)q * scale + half_at(panel, k_super(format, g) + 32 + 2 * n) * (float)panel[k_minima(format, g) + n];
}

static float element(int32_t format, const uint8_t *panel, int64_t n, int64_t k) {
  int64_t g = k / WEIR_GROUP, in = k % WEIR_GROUP;
  switch (format) {
    case WEIR_Q4: {
      float q = (float)nibble_at(panel + q4_nibbles(g), n, in);
      return q * half_at(panel, q4_scales(g) + 2 * n) + half_at(panel, q4_minima(g) + 2 * n);
    }
    case WEIR_Q5: {
      float q = (float)five_bits_at(panel + q5_nibbles(g), n, in);
      return q * half_at(panel, q5_scales(g) + 2 * n) + half_at(panel, q5_minima(g) + 2 * n);
    }
    case WEIR_Q8: {
      int q = panel[q8_bytes(g) + in / 4 * 64 + n * 4 + in % 4];
      return (float)(q - 128) * half_at(panel, q8_scales(g) + 2 * n);
    }
    case WEIR_Q4_K:
    case WEIR_Q5_K:
      return element_of_k(format, panel, n, g, in);
    case WEIR_Q6_K: {
      int scale = (int8_t)panel[q6_scales(g) + in / 16 * WEIR_LANES + n];
      return half_at(panel, q6_super_scales(g) + 2 * n) * (float)scale * (float)(six_bits_at(panel + q6_nibbles(g), n, in) - 32);
    }
    case WEIR_F32:
      return ((const float *)panel)[k * WEIR_LANES + n];
    default: {
      uint32_t bits = (uint32_t)((const uint16_t *)panel)[k * WEIR_LANES + n] << 16;
      float value;
      memcpy(&value, &bits, 4);
      return value;
    }
  }
}

void NAME(embed)(const weir_matrix *table, int64_t token, float *x) {
  const uint8_t *panel = panel_at(table, token / WEIR_LANES);
  int32_t format = panel_format(table, token / WEIR_LANES);
  for (int64_t k = 0; k < table->columns; k++) x[k] = element(format, panel, token % WEIR_LANES, k);
}

static void add_row(const weir_matrix *table, int64_t row, float *x) {
  const uint8_t *panel = panel_at(table, row / WEIR_LANES);
  int32_t format = panel_format(table, row / WEIR_LANES);
  for (int64_t k = 0; k < table->columns; k++) x[k] += element(format, panel, row % WEIR_LANES, k);
}

void NAME(embed_cell)(const weir_model *model, int64_t position, int64_t before, float *x) {
  const weir_grid *grid = &model->grid;
  int64_t side = grid->side, cell = position + 1 - grid->prefix;
  if (cell < 0) return;
  cell = lesser(cell, side * side - 1); /* behind the last cell nothing is predicted */
  /* Before the first row's cells lies the prefix; whose token is no cell's has been told nonsense, and reads no other memory for it. */
  int is_cell = cell >= side && before >= 0 && before < model->vocabulary;
  add_row(&grid->above, is_cell ? before : model->vocabulary, x);
  add_row(&grid->row, cell / side, x);
  add_row(&grid->column, cell % side, x);
}
