/*
 * Each operation of each variant against its definition in float64, and against the portable one's bits: odd sizes, one row, masked
 * tails, values from subnormal to 1e30, and what is not finite. Linked with the objects: the library exports no operations.
 *
 * A chain of n fma rounds n times to 2^-24 of a partial sum, which is at most the sum of the magnitudes: that is every tolerance here,
 * with the operations that come before and after it counted in.
 */
#include "units_heads.h"
#include "units_linear.h"

/* A row of the table is what was stored, as far as its format can tell. */
static void check_embed(void) {
  int64_t n = 16, k = 32 * (1 + below(4));
  weir_matrix m = matrix("table", n, k, n, WEIR_F32), rounded = m;
  float *row = buffer("row", k * 4), *other = buffer("other", k * 4), *stored = buffer("stored", n * k * 4);
  int32_t *targets = buffer("targets", n * 4);
  for (int64_t i = 0; i < n; i++) targets[i] = (int32_t)i;
  for (int64_t i = 0; i < n; i++) {
    weir_ops_portable.embed(&m, i, row);
    memcpy(stored + i * k, row, (size_t)k * 4);
  }
  /* Half a step, relative and of subnormal numbers; a scale in f16 is rounded up, by up to 2^-10 or its least step. */
  static const double units[] = {[WEIR_Q8] = 0.5 / 127, [WEIR_F32] = 0, [WEIR_BF16] = 0x1p-8};
  static const double least[] = {[WEIR_Q8] = 0x1p-25, [WEIR_F32] = 0, [WEIR_BF16] = 0x1p-134};
  static const int32_t formats[] = {WEIR_Q8, WEIR_F32, WEIR_BF16};
  for (int f = 0; f < 3; f++) {
    int32_t format = formats[f];
    rounded.format = format;
    rounded.stride = weir_panel_stride(format, (int32_t)k);
    rounded.panels = buffer("panels", rounded.stride);
    if (weir_pack(&rounded, stored, WEIR_FROM_F32, k, n, targets)) give_up("refused:", "a table");
    EACH_TABLE for (int64_t i = 0; i < n; i++) {
      tables[v]->embed(&rounded, i, other);
      for (int64_t j = 0; j < k; j++) {
        double largest = fabs((double)stored[i * k + j]);
        for (int64_t g = j / 32 * 32; format == WEIR_Q8 && g < j / 32 * 32 + 32; g++)
          largest = fmax(largest, fabs((double)stored[i * k + g]));
        near("embed", v, j, other[j], stored[i * k + j], units[format] * (1 + 0x1p-9) * largest + least[format]);
      }
    }
  }
}

static void check_norm(void) {
  int64_t n = 1 + below(130), size = padded(n, 32), row = below(9);
  float *x = row_of("x", n, size), *weight = row_of("weight", n, size), epsilon = 1e-5f;
  if (below(2)) for (int64_t i = 0; i < size; i++) x[i] = i < n ? uniform() : 0; /* nothing overflows */
  for (int64_t i = 0; i < n; i++) weight[i] = 1 + uniform() / 4;
  if (below(8) == 0) x[below((uint32_t)n)] = below(2) ? NAN : -INFINITY;
  double squares = 0;
  for (int64_t i = 0; i < n; i++) squares += (double)x[i] * x[i];
  int finite = squares < 3e38; /* else all of them are NaN */
  double r = 1 / sqrt(squares / (double)n + epsilon);
  weir_activations expected = room(16, size);
  EACH_TABLE {
    weir_activations found = v ? room(16, size) : expected;
    tables[v]->norm(x, weight, size, n, epsilon, 1, &found, row);
    same_as_portable("norm", v, found.exact + row * size, expected.exact + row * size, size);
    for (int64_t i = 0; i < size; i++) {
      float y = found.exact[row * size + i];
      if (!finite && !isnan(y)) fail("norm of what has no norm", v, i, y, NAN);
      double t = x[i] * r * (double)weight[i];
      if (finite) near("norm", v, i, y, t, ((double)n / 16 + 10) * ROUNDING * fabs(t) + LEAST);
    }
    tables[v]->norm(x, weight, size, n, epsilon, 0, &found, row);
    same_as_portable("scales", v, found.scale + scale_at(size, row, 0), expected.scale + scale_at(size, row, 0), 1);
  }
}

/* Half a step off at most; nothing of a group that is not finite looks like a number. */
static void check_keep(void) {
  int64_t n = 1 + below(100), size = padded(n, 32), row = below(9), broken = below(3) ? -1 : (int64_t)below((uint32_t)n);
  float *x = row_of("x", n, size);
  if (broken >= 0) x[broken] = below(2) ? NAN : INFINITY;
  weir_activations expected = room(16, size);
  EACH_TABLE {
    weir_activations found = v ? room(16, size) : expected;
    tables[v]->keep(x, size, 0, &found, row);
    for (int64_t g = 0; g < size / 32; g++) {
      int64_t at = scale_at(size, row, g * 32);
      same_as_portable("scale", v, found.scale + at, expected.scale + at, 1);
      same_as_portable("shift", v, found.shift + at, expected.shift + at, 1);
      if (found.zero[at] != expected.zero[at]) fail("zero", v, g, found.zero[at], expected.zero[at]);
      if (g == broken / 32 && broken >= 0) {
        if (!isnan(found.scale[at])) fail("scale of what is not finite", v, g, found.scale[at], NAN);
        continue;
      }
      if (memcmp(found.values + at * 32, expected.values + at * 32, 32)) fail("values", v, g, 0, 0);
      int32_t sum = 0;
      for (int64_t i = 0; i < 32; i++) {
        int8_t value = found.values[at * 32 + i];
        sum += value;
        near("keep", v, g * 32 + i, (double)found.scale[at] * value, x[g * 32 + i], 0.5001 * found.scale[at] + 1e-30);
      }
      if (found.zero[at] != -128 * sum) fail("zero", v, g, found.zero[at], -128 * sum);
      const int32_t *halves = found.halves + (at - at % WEIR_TILE) * 2 + at % WEIR_TILE;
      if (4 * (halves[0] + halves[WEIR_TILE]) != -128 * sum) fail("halves", v, g, halves[0], halves[WEIR_TILE]);
    }
  }
}

/* The padding of a row of logits, and what is not allowed, may hold anything. */
static void check_answer(void) {
  weir_model m = {.vocabulary = 1 + (int32_t)below(600)};
  int64_t stride = padded(m.vocabulary, 16), words = (m.vocabulary + 63) / 64;
  int broken = below(4) == 0, masked = (int)below(2);
  float *logits = buffer("logits", stride * 4);
  uint64_t *allowed = buffer("allowed", words * 8);
  for (int64_t i = 0; i < words; i++) allowed[i] = (uint64_t)below(1u << 31) << 32 | below(1u << 31);
  int64_t kept = below((uint32_t)m.vocabulary), sick = below((uint32_t)m.vocabulary);
  allowed[kept / 64] |= 1ull << kept % 64;
  int infinite = (int)below(2);
  for (int64_t i = 0; i < m.vocabulary; i++) logits[i] = below(5) ? 10 * uniform() : (float)below(3);
  if (broken) logits[sick] = infinite ? INFINITY : NAN;
  int seen = broken && (!masked || (allowed[sick / 64] >> sick % 64 & 1));
  int64_t best = -1;
  double sum = 0;
  for (int64_t i = 0; i < m.vocabulary; i++)
    if (!masked || (allowed[i / 64] >> i % 64 & 1)) best = best < 0 || logits[i] > logits[best] ? i : best;
  for (int64_t i = 0; i < m.vocabulary; i++)
    if (!masked || (allowed[i / 64] >> i % 64 & 1)) sum += exp(((double)logits[i] - logits[best]) * 1.25);
  int32_t *listed = buffer("shortlist", stride * 4 + 64), *first = buffer("expected shortlist", stride * 4), count = 0;
  int32_t *inner = buffer("list beside the answer", stride * 4 + 64);
  float *inner_logits = buffer("its logits", stride * 4 + 64), *inner_weights = buffer("its weights", stride * 4 + 64);
  float *listed_logits = buffer("shortlist's logits", stride * 4 + 64), *weights = buffer("shortlist's weights", stride * 4 + 64);
  EACH_TABLE {
    weir_query q = {.logits = logits, .candidates = 1 + (int32_t)below((uint32_t)lesser_of(m.vocabulary, 64)), .inverse_temperature = 1.25f,
                    .allowed = masked ? allowed : 0, .list_share = 1, .list_mass = 0.9, .list_room = (int32_t)below(2) * m.vocabulary,
                    .list_ids = inner, .list_logits = inner_logits, .list_weights = inner_weights};
    tables[v]->answer(&m, &q);
    if (q.arg_max != (seen ? -1 : best)) fail("arg max", v, 0, q.arg_max, seen ? -1 : (double)best);
    if (seen) continue;
    near("normaliser", v, 0, q.log_normalizer, log(sum), 1e-6); /* 16 sums of 16, then float64 */
    for (int32_t i = 1; i < q.found; i++)
      if (q.candidate_logits[i] > q.candidate_logits[i - 1]) fail("order", v, i, q.candidate_logits[i], q.candidate_logits[i - 1]);
    int32_t found = tables[v]->shortlist(&m, &q, m.vocabulary, listed, listed_logits, weights);
    double surely = 0; /* of the probability, at those candidates that no other token can equal */
    for (int32_t i = 0; i < q.found && q.candidate_logits[i] > q.candidate_logits[q.found - 1]; i++)
      surely += exp(((double)q.candidate_logits[i] - logits[best]) * 1.25) / sum;
    if (!q.list_room && q.listed != -1) fail("list not wanted", v, 0, q.listed, -1);
    if (q.list_room && surely < 0.9 && q.listed != found) fail("list beside the answer", v, 0, q.listed, found);
    if (surely > 0.9 + 1e-4 && q.listed != -1) fail("list for what was decided", v, 0, q.listed, -1);
    if (q.listed >= 0 && (q.listed != found || memcmp(inner, listed, (size_t)found * 4) ||
                          memcmp(inner_logits, listed_logits, (size_t)found * 4) || memcmp(inner_weights, weights, (size_t)found * 4)))
      fail("the same list", v, 0, q.listed, found);
    int32_t small = (int32_t)below((uint32_t)found), tight = tables[v]->shortlist(&m, &q, small, listed, listed_logits, weights);
    if (tight != -1) fail("list without room", v, 0, tight, -1);
    tables[v]->shortlist(&m, &q, m.vocabulary, listed, listed_logits, weights);
    double mass = 0;
    for (int32_t i = 0; i < found; i++) {
      mass += exp(((double)listed_logits[i] - logits[best]) * 1.25) / sum;
      if (listed_logits[i] != logits[listed[i]]) fail("shortlist", v, i, listed_logits[i], logits[listed[i]]);
    }
    for (int32_t i = 0; i < found; i++) near("weight", v, i, weights[i], exp(((double)listed_logits[i] - logits[best]) * 1.25), 1e-6);
    if (!(mass >= 0.9)) fail("mass of the shortlist", v, found, mass, 0.9);
    if (v == 0) memcpy(first, listed, (size_t)(count = found) * 4);
    if (found != count || memcmp(first, listed, (size_t)count * 4)) fail("shortlist's length", v, 0, found, count);
  }
}

int main(void) {
  static void (*const checks[])(void) = {check_linear, check_embed, check_norm, check_keep, check_rope, check_attention, check_answer};
  for (uint64_t round = 1; round <= ROUNDS; round++)
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
      seed = round * 1000 + i;
      garbage = round % 2 ? INFINITE : NOT_A_NUMBER;
      checks[i]();
      free_buffers(0);
    }
  printf("%d rounds of %d operations, %d failures\n", ROUNDS, (int)(sizeof checks / sizeof *checks), failures);
  return failures > 0;
}
