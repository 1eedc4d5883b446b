/* What is computed head by head: rotation and attention. */
#include "half.h"
#include "units.h"

/* One layer of heads for rope and attention; its caches are infinite where nothing is written. */
static weir_model heads_model(weir_layer *layer) {
  weir_model m = {.layer = layer, .layers = 1, .kv_heads = 1 + (int32_t)below(2), .head_size = 16 * (1 + (int32_t)below(16)),
                  .cache_blocks = 12, .epsilon = 1e-6f, .query_scale = 0.125f, .cache_is_f32 = (int32_t)below(2)};
  m.heads = m.kv_heads * (1 + (int32_t)below(5));
  m.pairs = 1 + (int32_t)below((uint32_t)m.head_size / 2);
  int64_t qkv = (int64_t)(m.heads + 2 * m.kv_heads) * m.head_size, attended = (int64_t)m.heads * m.head_size;
  *layer = (weir_layer){.window = below(2) ? 1 + below(40) : 0};
  layer->qkv.rows = (int32_t)qkv;
  layer->output.columns = (int32_t)padded(attended, 32);
  if (below(2)) layer->query_norm = row_of("query norm", m.head_size, m.head_size);
  if (below(2)) layer->key_norm = row_of("key norm", m.head_size, m.head_size);
  if (below(2)) layer->qkv_bias = row_of("bias", qkv, qkv);
  float *cosine = buffer("cosine", (int64_t)200 * m.pairs * 4), *sine = buffer("sine", (int64_t)200 * m.pairs * 4);
  for (int64_t i = 0; i < (int64_t)200 * m.pairs; i++) cosine[i] = cosf((float)i), sine[i] = sinf((float)i);
  m.cosine = cosine;
  m.sine = sine;
  m.cache = buffer("cache", m.cache_blocks * m.kv_heads * cache_head(&m) * (m.cache_is_f32 ? 4 : 2));
  return m;
}

static double cached(const weir_model *m, int64_t at) {
  return m->cache_is_f32 ? ((const float *)m->cache)[at] : half_to_float(((const uint16_t *)m->cache)[at]);
}

/* As a head of q or k becomes, in float64; not a number if its norm has none in float32. */
static void rotated(const weir_model *m, const weir_layer *l, const float *y, int64_t h, int64_t position, double *to, double *magnitude) {
  int64_t size = m->head_size;
  const float *weight = h < m->heads ? l->query_norm : l->key_norm;
  double squares = 0;
  for (int64_t i = 0; i < size; i++) {
    to[i] = y[h * size + i] + (l->qkv_bias ? (double)l->qkv_bias[h * size + i] : 0);
    squares += to[i] * to[i];
  }
  *magnitude = 0;
  for (int64_t i = 0; i < size; i++) {
    if (weight) to[i] = squares > 3e38 ? NAN : to[i] / sqrt(squares / (double)size + m->epsilon) * weight[i];
    *magnitude = fmax(*magnitude, fabs(to[i]));
  }
  for (int64_t i = 0; i < m->pairs; i++) {
    double a = to[i], b = to[i + m->pairs], c = m->cosine[position * m->pairs + i], s = m->sine[position * m->pairs + i];
    to[i] = a * c - b * s;
    to[i + m->pairs] = a * s + b * c;
  }
}

static void check_rope(void) {
  weir_layer layer;
  weir_model m = heads_model(&layer);
  int64_t size = m.head_size, heads = m.heads + 2 * m.kv_heads, position = below(150);
  float *before = buffer("y", heads * size * 4), *expected = buffer("expected", heads * size * 4), *y = buffer("y", heads * size * 4);
  for (int64_t i = 0; i < heads * size; i++) before[i] = 3 * uniform();
  int32_t blocks[10] = {3, 1, 4, 0, 5, 9, 2, 6, 8, 7};
  EACH_TABLE {
    memcpy(y, before, (size_t)(heads * size * 4));
    tables[v]->rope(&m, 0, y, position, blocks);
    if (v == 0) memcpy(expected, y, (size_t)(heads * size * 4));
    same_as_portable("rope", v, y, expected, heads * size);
    for (int64_t h = 0; h < heads; h++) {
      double to[WEIR_HEAD_SIZE], magnitude = 0;
      int is_value = h >= m.heads + m.kv_heads;
      if (!is_value) rotated(&m, &layer, before, h, position, to, &magnitude);
      for (int64_t i = 0; i < size; i++) {
        int64_t at = h * size + i;
        double t = is_value ? (double)before[at] + (layer.qkv_bias ? (double)layer.qkv_bias[at] : 0) : to[i];
        if (h < m.heads) t *= m.query_scale;
        double largest = (is_value ? fabs(t) : magnitude * (h < m.heads ? m.query_scale : 1)) * 2;
        if (isnan(t) && isnan(y[at])) continue;
        near("rope", v, at, y[at], t, ((double)size / 16 + 12) * ROUNDING * largest + LEAST);
        if (h < m.heads) continue;
        int64_t kv = is_value ? h - m.heads - m.kv_heads : h - m.heads, block = cache_at(&m, 0, blocks[position / 16], (int32_t)kv);
        int64_t place = is_value ? block + cache_head(&m) / 2 + position % 16 * size + i : block + i * 16 + position % 16;
        float kept = m.cache_is_f32 ? y[at] : half_to_float(float_to_half(y[at]));
        if (cached(&m, place) != (double)kept && !isnan(kept)) fail("cache", v, at, cached(&m, place), kept);
      }
    }
  }
}

/* Softmax over what a row sees; everything else in the cache is not finite. */
enum { MOST_POSITIONS = 1712, CACHE_POSITIONS = 12 * WEIR_BLOCK };

/* Where the cache has element i of a position's key, then of its value. */
static int64_t element_at(const weir_model *m, const int32_t *blocks, int64_t position, int32_t kv, int64_t i) {
  int64_t size = m->head_size, place = position % WEIR_BLOCK, head = cache_at(m, 0, blocks[position / WEIR_BLOCK], kv);
  return head + (i < size ? i * WEIR_BLOCK + place : cache_head(m) / 2 + place * size + i - size);
}

static void keep(weir_model *m, int64_t at, float value) {
  if (m->cache_is_f32) {
    ((float *)m->cache)[at] = value;
  } else {
    ((uint16_t *)m->cache)[at] = float_to_half(value);
  }
}

/* The values of a position are not finite; in some rounds its keys are no numbers (a key that is infinite may only have no weight). */
static void lose(weir_model *m, const int32_t *blocks, int64_t position) {
  int64_t from = below(2) ? 0 : m->head_size;
  float value = below(2) ? INFINITY : NAN;
  for (int32_t kv = 0; kv < m->kv_heads; kv++)
    for (int64_t i = from; i < 2 * m->head_size; i++) keep(m, element_at(m, blocks, position, kv, i), i < m->head_size ? NAN : value);
}

/* Parts that anybody may have computed, in any order, become the same bits. */
static void check_parts(weir_model *m, const weir_slice *slice, int v, int64_t stride) {
  int64_t rows = (int64_t)slice->rows * (m->heads / m->kv_heads), first = weir_visible_from(m->layer->window, slice->position) / WEIR_SPLIT;
  int64_t splits = (slice->position + slice->rows - 1) / WEIR_SPLIT - first + 1, floats = weir_part_floats(m->head_size);
  float *parts = buffer("parts", splits * rows * floats * 4), *whole = m->mixed, *merged = buffer("mixed of parts", slice->rows * stride * 4);
  m->mixed = merged;
  for (int32_t kv = 0; kv < m->kv_heads; kv++) {
    for (int64_t split = splits - 1; split >= 0; split--)
      tables[v]->attend_part(m, 0, slice, kv, first + split, parts + split * rows * floats);
    tables[v]->attend_merge(m, 0, slice, kv, parts);
  }
  for (int64_t t = 0; t < slice->rows; t++)
    same_as_portable("attention in parts", v, merged + t * stride, whole + t * stride, (int64_t)m->heads * m->head_size);
  m->mixed = whole;
}

static void check_attention(void) {
  weir_layer layer;
  weir_model m = heads_model(&layer);
  int is_long = below(4) == 0; /* in several parts; blocks of the cache come again then */
  int64_t size = m.head_size, tokens = below(3) ? 1 + below(20) : 1, position = is_long ? 480 + below(1200) : below(100);
  int64_t group = m.heads / m.kv_heads, stride = layer.output.columns, high = position + tokens;
  static const int32_t order[12] = {3, 1, 4, 0, 5, 9, 2, 6, 8, 7, 11, 10};
  int32_t blocks[MOST_POSITIONS / 16];
  for (int32_t i = 0; i < MOST_POSITIONS / 16; i++) blocks[i] = order[i % 12];
  if (is_long && layer.window) layer.window *= 1 + below(30);
  float *y = buffer("y", tokens * layer.qkv.rows * 4);
  float *mixed = buffer("mixed", tokens * stride * 4), *expected = buffer("mixed", tokens * stride * 4);
  for (int64_t i = 0; i < tokens * layer.qkv.rows; i++) y[i] = uniform() * (below(20) ? 1 : 4);
  for (int64_t p = 0; p < high; p++)
    for (int32_t kv = 0; kv < m.kv_heads; kv++)
      for (int64_t i = 0; i < 2 * size; i++) keep(&m, element_at(&m, blocks, p, kv, i), uniform() * (i < size ? 1 : 30));
  int64_t lost = position + below((uint32_t)tokens), out_of_window = lost + 1 - layer.window, is_lost = below(3) > 0;
  if (layer.window && out_of_window >= 0 && below(2)) lost = out_of_window;
  if (is_lost) lose(&m, blocks, lost);
  weir_slice slice = {blocks, 0, (int32_t)tokens, (int32_t)position, 0};
  m.y = y;
  EACH_TABLE {
    m.mixed = v ? mixed : expected;
    for (int32_t kv = 0; kv < m.kv_heads; kv++) {
      int64_t split = below((uint32_t)(tokens * group)); /* dealt out somehow */
      tables[v]->attend(&m, 0, &slice, kv, 0, split);
      tables[v]->attend(&m, 0, &slice, kv, split, tokens * group);
    }
    check_parts(&m, &slice, v, stride);
    for (int64_t t = 0; t < tokens; t++) {
      same_as_portable("attention", v, m.mixed + t * stride, expected + t * stride, m.heads * size);
      for (int64_t h = 0; h < m.heads && v == 0; h++) {
        int64_t low = layer.window && position + t + 1 > layer.window ? position + t + 1 - layer.window : 0;
        double sum = 0, of[WEIR_HEAD_SIZE] = {0}, magnitude = 0, score[MOST_POSITIONS], largest = -1e300;
        int sees_lost = 0;
        for (int64_t p = low; p <= position + t; p++) {
          int64_t at = cache_at(&m, 0, blocks[p / 16], (int32_t)(h / group));
          double terms = score[p] = 0;
          sees_lost |= is_lost && (p - lost) % CACHE_POSITIONS == 0;
          for (int64_t i = 0; i < size; i++) {
            double term = cached(&m, at + i * 16 + p % 16) * y[t * layer.qkv.rows + h * size + i];
            score[p] += term, terms += fabs(term);
          }
          largest = fmax(largest, score[p]);
          magnitude = fmax(magnitude, terms);
        }
        for (int64_t p = low; p <= position + t; p++) {
          double w = exp(score[p] - largest);
          sum += w;
          int64_t at = cache_at(&m, 0, blocks[p / 16], (int32_t)(h / group)) + cache_head(&m) / 2 + p % 16 * size;
          for (int64_t i = 0; i < size; i++) of[i] += w * cached(&m, at + i);
        }
        /* A weight is e^score: it is off by what the score is, by 2 units and by the sums; values reach 30. */
        double off = ((double)size / 2 * magnitude + 2 * fabs(largest) + (double)(high - low) + 20) * 2 * ROUNDING;
        for (int64_t i = 0; i < size; i++) {
          float found = m.mixed[t * stride + h * size + i];
          if (!sees_lost) near("attention", v, i, found, of[i] / sum, off * 30);
          if (sees_lost && isfinite(found)) fail("attention to what is lost", v, i, found, of[i] / sum);
        }
      }
    }
  }
}
