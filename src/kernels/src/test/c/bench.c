/*
 * Times steps of a model of SmolLM2-135M's shape with random weights: cc -O2 -I../../main/c bench.c ../../main/c/…; see build.sh.
 * bench VARIANT THREADS [BATCH]: the least and the middle of the steps' times, since the machine is rarely idle.
 * bench VARIANT THREADS BATCH SECONDS: 1, 2, ... THREADS in turn, so many seconds each, by the clock on the wall: what runs beside counts.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ops.h"
#include "panels.h"

enum { HIDDEN = 576, HEADS = 9, KV = 3, SIZE = 64, FEED = 1536, LAYERS = 30, VOCABULARY = 49152, ROWS = 512, CONTEXT = 1024, BLOCKS = 4096 };

static uint64_t seed = 1;
static uint32_t random32(void) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33);
}

static weir_matrix matrix(int rows, int columns, int format) {
  weir_matrix m = {0, 0, weir_panel_stride(format, columns), rows, columns, format, 0};
  uint8_t *panels = weir_map(m.stride * (rows / 16) + 8192);
  m.panels = panels;
  for (int p = 0; p < rows / 16; p++) {
    uint8_t *panel = panels + p * m.stride;
    for (int64_t i = 0; i < m.stride; i++) panel[i] = (uint8_t)random32();
    for (int g = 0; g < columns / 32; g++)
      for (int n = 0; n < 16; n++) {
        if (format == WEIR_Q4) {
          *(uint16_t *)(panel + q4_scales(g) + 2 * n) = 0x1c00; /* 2^-8 */
          *(uint16_t *)(panel + q4_minima(g) + 2 * n) = 0xab80; /* -7.5 2^-8 */
        } else {
          *(uint16_t *)(panel + q8_scales(g) + 2 * n) = 0x1000; /* 2^-11 */
        }
      }
  }
  return m;
}

static float *floats(int64_t n, float value) {
  float *f = weir_map(n * 4);
  for (int64_t i = 0; i < n; i++) f[i] = value;
  return f;
}

static weir_activations activations(int columns) {
  weir_activations a = {0};
  a.values = weir_map((int64_t)ROWS * columns);
  a.scale = weir_map(ROWS * columns / 8);
  a.shift = weir_map(ROWS * columns / 8);
  a.zero = weir_map(ROWS * columns / 8);
  a.halves = weir_map(ROWS * columns / 4);
  return a;
}

static int alone;
static double now(void) {
  struct timespec t;
  clock_gettime(alone ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t); /* one thread: whatever else runs */
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static weir_model model;
static weir_query *queries;
static int32_t tokens[ROWS], positions[ROWS], tables[64][CONTEXT / 16];
static weir_slice slices[64];
static float *logits;

static double once(int sequences, int count, int position, int queried) {
  int row = 0;
  for (int s = 0; s < sequences; s++) {
    slices[s] = (weir_slice){tables[s], row, count, position, 0};
    for (int i = 0; i < count; i++, row++) {
      tokens[row] = (int32_t)(random32() % VOCABULARY);
      positions[row] = position + i;
    }
  }
  for (int q = 0; q < queried; q++) {
    queries[q] = (weir_query){.row = slices[q].row + count - 1, .logits = logits + (int64_t)q * VOCABULARY, .inverse_temperature = 1};
  }
  weir_step step = {.tokens = tokens, .positions = positions, .slices = slices, .queries = queries, .logits = logits,
                    .rows = row, .slice_count = sequences, .query_count = queried};
  double t = now();
  weir_run(&model, &step);
  return now() - t;
}

/* Half seconds on 1, 2, ... threads in turn, so that what else runs disturbs all alike, and positions as an output has them. */
static void in_turn(int threads, int batch, double seconds) {
  enum { MOST = 1 << 18, TURN_MS = 500 };
  double *times[64];
  int steps[64] = {0};
  for (int t = 0; t < threads; t++) times[t] = malloc(MOST * sizeof **times);
  for (double end = now() + seconds * 1e3 * threads; now() < end;)
    for (int t = 0; t < threads; t++) {
      weir_pool_limit(model.pool, t + 1);
      for (double turn = 0; turn < TURN_MS && steps[t] < MOST; steps[t]++)
        turn += times[t][steps[t]] = once(batch, 1, 64 + steps[t] % 64, batch);
    }
  for (int t = 0; t < threads; t++) {
    double sum = 0;
    for (int i = 0; i < steps[t]; i++) sum += times[t][i];
    qsort(times[t], (size_t)steps[t], sizeof **times, ascending);
    printf("batch %2d, %d threads: middle %6.2f ms, 90 %% %6.2f ms, mean %6.2f ms, %5.0f tokens/s\n", batch, t + 1, times[t][steps[t] / 2],
           times[t][steps[t] * 9 / 10], sum / steps[t], batch * steps[t] * 1e3 / sum);
    free(times[t]);
  }
}

int main(int count, char **arguments) {
  model.variant = count > 1 ? atoi(arguments[1]) : weir_best_variant();
  int threads = count > 2 ? atoi(arguments[2]) : 1;
  alone = threads == 1 && count <= 4;
  model.pool = weir_pool_open(threads);
  model.layers = LAYERS, model.hidden = HIDDEN, model.intermediate = FEED, model.heads = HEADS, model.kv_heads = KV;
  model.head_size = SIZE, model.pairs = SIZE / 2, model.vocabulary = VOCABULARY, model.epsilon = 1e-5f, model.query_scale = 0.125f;
  model.cache_blocks = BLOCKS;
  weir_layer *layers = calloc(LAYERS, sizeof *layers);
  model.layer = layers;
  for (int i = 0; i < LAYERS; i++) {
    layers[i] = (weir_layer){.qkv = matrix((HEADS + 2 * KV) * SIZE, HIDDEN, WEIR_Q4),
                             .output = matrix(HIDDEN, HEADS * SIZE, WEIR_Q4),
                             .feed = matrix(2 * FEED, HIDDEN, WEIR_Q4),
                             .down = matrix(HIDDEN, FEED, WEIR_Q4),
                             .attention_norm = floats(HIDDEN, 1),
                             .feed_norm = floats(HIDDEN, 1)};
  }
  model.head = model.embedding = matrix(VOCABULARY, HIDDEN, WEIR_Q8);
  model.final_norm = floats(HIDDEN, 1);
  float *cosine = floats(CONTEXT * SIZE / 2, 1), *sine = floats(CONTEXT * SIZE / 2, 0);
  for (int p = 0; p < CONTEXT; p++)
    for (int i = 0; i < SIZE / 2; i++) {
      double angle = p * pow(100000, -2.0 * i / SIZE);
      cosine[p * SIZE / 2 + i] = (float)cos(angle);
      sine[p * SIZE / 2 + i] = (float)sin(angle);
    }
  model.cosine = cosine, model.sine = sine;
  model.cache = weir_map((int64_t)LAYERS * BLOCKS * KV * 2 * 16 * SIZE * 2);
  model.x = floats(ROWS * HIDDEN, 0), model.y = floats(ROWS * 960, 0), model.mixed = floats(ROWS * HIDDEN, 0);
  model.narrow = activations(HIDDEN), model.wide = activations(FEED);
  queries = calloc(ROWS, sizeof *queries);
  logits = weir_map((int64_t)64 * VOCABULARY * 4);
  for (int s = 0; s < 64; s++)
    for (int b = 0; b < CONTEXT / 16; b++) tables[s][b] = s * (CONTEXT / 16) + b;

  int batches[] = {1, 4, 8, 16, 32, 64};
  int only = count > 3 ? atoi(arguments[3]) : 0;
  if (count > 4) {
    in_turn(threads, only, atof(arguments[4]));
    weir_pool_close(model.pool);
    return 0;
  }
  for (int b = 0; b < 6; b++) {
    if (only && only != batches[b]) continue; /* a negative one: only the prefill */
    for (int repeat = only ? 20 : 1; repeat > 1; repeat--)
      for (int i = 0; i < 64; i++) once(batches[b], 1, 64 + i, batches[b]);
    double times[64];
    once(batches[b], 1, 64, batches[b]);
    for (int i = 0; i < 64; i++) times[i] = once(batches[b], 1, 64 + i, batches[b]);
    qsort(times, 64, sizeof *times, ascending);
    printf("batch %2d: least %6.2f ms, middle %6.2f ms, %5.0f tokens/s\n", batches[b], times[0], times[32],
           batches[b] * 1000 / times[32]);
  }
  if (only > 0) return 0;
  double times[5];
  for (int i = 0; i < 5; i++) times[i] = once(1, 512, 0, 1);
  qsort(times, 5, sizeof *times, ascending);
  printf("prefill 512: least %.1f ms, middle %.1f ms, %.0f tokens/s\n", times[0], times[2], 512 * 1000 / times[2]);
  weir_pool_close(model.pool);
  return 0;
}
