/*
 * From the product with the q, k and v weights to what attention reads. A rotation (Su 2021) turns element i of a head and element
 * i + pairs; the packing puts rows there, however the checkpoint has them.
 */
#include <math.h>

#include "ops.h"
#include "lanes.h"

/* RMS norm of a head; elements beyond a multiple of 16 there are none. */
static void head_norm(float *head, const float *weight, int64_t size, float epsilon) {
  lanes squares = lanes_zero();
  for (int64_t i = 0; i < size; i += WEIR_LANES) {
    lanes v = lanes_load(head + i);
    squares = lanes_fma(v, v, squares);
  }
  float mean = lanes_sum(squares) / (float)size;
  /* As in norm.c: what has left the range of floats must not become zeros. */
  lanes r = lanes_set(isfinite(mean) ? 1 / sqrtf(mean + epsilon) : NAN);
  for (int64_t i = 0; i < size; i += WEIR_LANES) {
    lanes_store(head + i, lanes_mul(lanes_mul(lanes_load(head + i), r), lanes_load(weight + i)));
  }
}

static void rotate(float *head, const float *cosine, const float *sine, int64_t pairs) {
  for (int64_t i = 0; i < pairs; i++) {
    float a = head[i], b = head[i + pairs];
    head[i] = a * cosine[i] - b * sine[i];
    head[i + pairs] = a * sine[i] + b * cosine[i];
  }
}

static void keep_key(const weir_model *m, const float *key, int64_t at, int64_t offset) {
  for (int64_t d = 0; d < m->head_size; d++) {
    if (m->cache_is_f32) {
      ((float *)m->cache)[at + d * WEIR_BLOCK + offset] = key[d];
    }
  }
  if (m->cache_is_f32) return;
  uint16_t half[WEIR_HEAD_SIZE], *keys = (uint16_t *)m->cache + at;
  for (int64_t d = 0; d < m->head_size; d += WEIR_LANES) lanes_store_half(half + d, lanes_load(key + d));
  for (int64_t d = 0; d < m->head_size; d++) keys[d * WEIR_BLOCK + offset] = half[d];
}

static void keep_value(const weir_model *m, const float *value, int64_t at, int64_t offset) {
  for (int64_t d = 0; d < m->head_size; d += WEIR_LANES) {
    int64_t to = at + cache_head(m) / 2 + offset * m->head_size + d;
    if (m->cache_is_f32) {
      lanes_store((float *)m->cache + to, lanes_load(value + d));
    } else {
      lanes_store_half((uint16_t *)m->cache + to, lanes_load(value + d));
    }
  }
}

void NAME(rope)(const weir_model *m, int32_t layer, float *y, int64_t position, const int32_t *blocks) {
  const weir_layer *l = m->layer + layer;
  int64_t size = m->head_size, heads = m->heads, kv = m->kv_heads;
  const float *cosine = m->cosine + position * m->pairs, *sine = m->sine + position * m->pairs;
  if (l->qkv_bias) {
    for (int64_t i = 0; i < (heads + 2 * kv) * size; i++) y[i] += l->qkv_bias[i];
  }
  for (int64_t h = 0; h < heads + kv; h++) {
    const float *weight = h < heads ? l->query_norm : l->key_norm;
    if (weight) head_norm(y + h * size, weight, size, m->epsilon);
    rotate(y + h * size, cosine, sine, m->pairs);
  }
  for (int64_t i = 0; i < heads * size; i++) y[i] *= m->query_scale;
  for (int32_t h = 0; h < kv; h++) {
    int64_t at = cache_at(m, layer, blocks[position / WEIR_BLOCK], h), offset = position % WEIR_BLOCK;
    keep_key(m, y + (heads + h) * size, at, offset);
    keep_value(m, y + (heads + kv + h) * size, at, offset);
  }
}
