/* What is asked of a row of logits, computed beside the output layer so that the row need not leave: see dev.weir.engine.LogitsQuery. */
#include <math.h>

#include "ops.h"
#include "lanes.h"

/* The largest so far, the largest first, the lower id first among equals. */
typedef struct {
  int32_t *ids;
  float *logits;
  int32_t wanted, found;
} ranking;

static void rank(ranking *best, int32_t id, float logit) {
  if (best->found == best->wanted) {
    if (!(logit > best->logits[best->found - 1])) return;
  } else {
    best->found++;
  }
  int32_t at = best->found - 1;
  for (; at > 0 && logit > best->logits[at - 1]; at--) {
    best->ids[at] = best->ids[at - 1];
    best->logits[at] = best->logits[at - 1];
  }
  best->ids[at] = id;
  best->logits[at] = logit;
}

/* Logits from id on, minus infinity where a token is not allowed or there is none. */
INLINE lanes load_allowed(const float *logits, int64_t id, int64_t vocabulary, const uint64_t *allowed) {
  uint32_t bits = lanes_first(vocabulary - id);
  if (allowed) bits &= (uint32_t)(allowed[id / 64] >> id % 64);
  return lanes_select(bits, lanes_load(logits + id), lanes_set(-INFINITY));
}

/* Pieces of a row whose largest logits tell which are surely not among the best. */
enum { PIECE = 16 * WEIR_LANES, MOST_PIECES = 1024 };

/* A logit that at least as many reach as the ranking wants, and no fewer than there are pieces; minus infinity if pieces are too few. */
static float reached(const float *logits, int64_t vocabulary, const uint64_t *allowed, const ranking *best) {
  int64_t pieces = vocabulary / PIECE;
  if (best->wanted == 1 || pieces < best->wanted) return -INFINITY;
  if (pieces > MOST_PIECES) pieces = MOST_PIECES;
  int32_t ids[WEIR_CANDIDATES];
  float largest[WEIR_CANDIDATES];
  ranking peaks = {ids, largest, best->wanted, 0};
  for (int64_t piece = 0; piece < pieces; piece++) {
    lanes peak = lanes_set(-INFINITY);
    for (int64_t id = piece * PIECE; id < (piece + 1) * PIECE; id += WEIR_LANES)
      peak = lanes_larger(load_allowed(logits, id, vocabulary, allowed), peak); /* passes over what is not a number */
    rank(&peaks, (int32_t)piece, lanes_largest(peak));
  }
  return largest[best->wanted - 1];
}

/* Fills the ranking; returns whether every logit that is allowed is a number. */
static int rank_all(const float *logits, int64_t vocabulary, const uint64_t *allowed, ranking *best) {
  uint32_t numbers = 0xffff;
  float least = reached(logits, vocabulary, allowed, best);
  for (int64_t id = 0; id < vocabulary; id += WEIR_LANES) {
    lanes v = load_allowed(logits, id, vocabulary, allowed);
    numbers &= lanes_equal(v, v);
    uint32_t better;
    if (best->found == best->wanted) {
      better = lanes_greater(v, lanes_set(best->logits[best->found - 1]));
    } else {
      better = lanes_first(vocabulary - id) & ~lanes_greater(lanes_set(least), v);
    }
    if (better) {
      float each[WEIR_LANES];
      lanes_store(each, v);
      for (; better; better &= better - 1) {
        int lane = __builtin_ctz(better);
        rank(best, (int32_t)id + lane, each[lane]);
      }
    }
  }
  return numbers == 0xffff;
}

/* Sums of e^z and, if wanted, of z e^z, z = (logit - largest) / temperature: 16 chains of 16, then float64. */
INLINE void sums(const float *logits, int64_t vocabulary, const uint64_t *allowed, float largest, float inverse_temperature,
                 double *exponentials, double *weighted) {
  double all = 0, all_weighted = 0;
  for (int64_t start = 0; start < vocabulary; start += WEIR_LANES * WEIR_LANES) {
    int64_t end = start + WEIR_LANES * WEIR_LANES < vocabulary ? start + WEIR_LANES * WEIR_LANES : vocabulary;
    lanes e = lanes_zero(), w = lanes_zero();
    for (int64_t id = start; id < end; id += WEIR_LANES) {
      lanes v = load_allowed(logits, id, vocabulary, allowed);
      lanes z = lanes_mul(lanes_sub(v, lanes_set(largest)), lanes_set(inverse_temperature));
      lanes p = lanes_exp(z);
      e = lanes_add(e, p);
      if (weighted) w = lanes_fma(p, lanes_larger(lanes_set(-100.0f), z), w); /* 0, not 0 times infinity */
    }
    all += lanes_sum(e);
    all_weighted += lanes_sum(w);
  }
  *exponentials = all;
  if (weighted) *weighted = all_weighted;
}

/* Tokens in the order of their ids: logits, and e^z, z = (logit - largest) / temperature; each [room + 16]. */
typedef struct {
  int32_t *ids;
  float *logits, *weights;
  int32_t room, found;
} shortlist;

/* Steps in z, of 1/8. */
enum { Z_STEPS = 8 };

INLINE lanes z_of(const weir_query *q, const float *logits) {
  return lanes_mul(lanes_sub(lanes_load(logits), lanes_set(q->candidate_logits[0])), lanes_set(q->inverse_temperature));
}

/* Those with z above `least`, and zeros up to a whole number of lanes; returns whether there is room. */
static int gather(const weir_model *m, const weir_query *q, float least, shortlist *list) {
  lanes largest = lanes_set(q->candidate_logits[0]), inverse = lanes_set(q->inverse_temperature), above = lanes_set(least);
  const float *all = q->logits; /* what is stored here could be the structs, for all that a compiler knows: nothing is read from them */
  const uint64_t *allowed = q->allowed;
  float *logits = list->logits;
  int32_t *ids = list->ids;
  int64_t vocabulary = m->vocabulary, room = list->room, found = 0;
  for (int64_t id = 0; id < vocabulary; id += WEIR_LANES) {
    lanes v = load_allowed(all, id, vocabulary, allowed);
    uint32_t bits = lanes_greater(lanes_mul(lanes_sub(v, largest), inverse), above);
    lanes_compress(logits + found, bits, v);
    lanes_count(ids + found, bits, (int32_t)id);
    found += __builtin_popcount(bits);
    if (found > room) return 0;
  }
  list->found = (int32_t)found;
  lanes_store(list->logits + list->found, lanes_zero());
  for (int32_t at = 0; at < list->found; at += WEIR_LANES) lanes_store(list->weights + at, lanes_exp(z_of(q, list->logits + at)));
  return 1;
}

/* How many have z above `least`, and their weight: 16 chains of 16, then float64. */
static int32_t above(const weir_query *q, const shortlist *list, float least, double *weight) {
  int32_t count = 0;
  *weight = 0;
  for (int32_t start = 0; start < list->found; start += WEIR_LANES * WEIR_LANES) {
    lanes sum = lanes_zero();
    for (int32_t at = start; at < list->found && at < start + WEIR_LANES * WEIR_LANES; at += WEIR_LANES) {
      uint32_t bits = lanes_greater(z_of(q, list->logits + at), lanes_set(least)) & lanes_first(list->found - at);
      count += __builtin_popcount(bits);
      sum = lanes_add(sum, lanes_select(bits, lanes_load(list->weights + at), lanes_zero()));
    }
    *weight += lanes_sum(sum);
  }
  return count;
}

/* What the listed must weigh; rounding keeps nobody out. */
static double weight_wanted(const weir_query *q) { return q->list_mass * (1 + 1e-5) * exp(q->log_normalizer); }

/* z of the last that has the share wanted; so as not to keep it out. */
static double share_border(const weir_query *q) { return log(q->list_share) - 1e-3; }

/* Whether so many tokens, and so much of the probability, as are wanted lie above a border. */
static int enough(const weir_query *q, const shortlist *list, float border) {
  double weight;
  return above(q, list, border, &weight) >= q->list_count && weight >= weight_wanted(q);
}

/* The highest border, a whole number of steps, above which there are enough; `lowest` if there are too few. */
static float border(const weir_query *q, const shortlist *list, float lowest) {
  int32_t few = 0, most = (int32_t)(lowest < -87 ? 87 * Z_STEPS : lowest * -Z_STEPS); /* steps down from 0 to where weights are 0 */
  if (!enough(q, list, (float)-most / Z_STEPS)) return lowest;
  while (most - few > 1) {
    int32_t middle = few + (most - few) / 2;
    if (enough(q, list, (float)-middle / Z_STEPS)) {
      most = middle;
    } else {
      few = middle;
    }
  }
  return (float)-most / Z_STEPS;
}

int32_t NAME(shortlist)(const weir_model *m, const weir_query *q, int32_t room, int32_t *ids, float *logits, float *weights) {
  /* Tokens of less than (1 - mass) / vocabulary each are not needed for the mass. */
  double of_share = share_border(q), needless = q->list_mass > 0 ? log((1 - q->list_mass) / m->vocabulary) + q->log_normalizer : 0;
  double least = q->list_count > 1 ? -INFINITY : needless < of_share ? needless - 1e-3 : of_share;
  shortlist list = {ids, logits, weights, room, 0};
  if (!gather(m, q, (float)least, &list)) return -1;
  float from = border(q, &list, (float)least);
  if (of_share < from) from = (float)of_share;
  int32_t kept = 0;
  for (int32_t at = 0; at < list.found; at += WEIR_LANES) {
    lanes v = lanes_load(logits + at), w = lanes_load(weights + at);
    uint32_t bits = lanes_greater(z_of(q, logits + at), lanes_set(from)) & lanes_first(list.found - at);
    int32_t to = kept;
    lanes_compress(logits + kept, bits, v);
    lanes_compress(weights + kept, bits, w);
    for (; bits; bits &= bits - 1) ids[to++] = ids[at + __builtin_ctz(bits)];
    kept = to;
  }
  return kept;
}

/* Whether the candidates are surely those that a list is wanted for. */
static int decided(const weir_query *q) {
  float largest = q->candidate_logits[0], last = q->candidate_logits[q->found - 1];
  double weight = 0;
  int32_t count = 0;
  for (; count < q->found && q->candidate_logits[count] > last; count++)
    weight += exp((double)(q->candidate_logits[count] - largest) * q->inverse_temperature);
  return (double)(last - largest) * q->inverse_temperature < share_border(q) && count >= q->list_count && weight >= weight_wanted(q);
}

static void own(const weir_model *m, weir_query *q) {
  ranking best = {q->alternative_ids, q->alternative_logits, q->alternatives, 0};
  int numbers = rank_all(q->logits, m->vocabulary, 0, &best);
  q->alternatives_found = best.found;
  float largest = best.logits[0];
  double e;
  sums(q->logits, m->vocabulary, 0, largest, 1, &e, 0);
  q->own_log_sum_exp = numbers ? largest + log(e) : NAN;
}

static void edit(weir_query *q) {
  for (int32_t i = 0; i < q->edits; i++) {
    float *logit = q->logits + q->edit_ids[i];
    q->unedited[i] = *logit;
    float biased = *logit + q->bias[i];
    *logit = (biased > 0 ? biased / q->repetition[i] : biased * q->repetition[i]) - q->reduction[i];
  }
}

void NAME(answer)(const weir_model *m, weir_query *q) {
  if (q->alternatives > 0) own(m, q);
  edit(q);
  ranking best = {q->candidate_ids, q->candidate_logits, q->candidates > 0 ? q->candidates : 1, 0};
  int numbers = rank_all(q->logits, m->vocabulary, q->allowed, &best);
  float largest = best.logits[0];
  q->found = best.found;
  q->arg_max = numbers && isfinite(largest) ? best.ids[0] : -1;
  q->log_normalizer = q->entropy = NAN;
  q->listed = -1;
  if (q->candidates == 0 || q->arg_max < 0) return;
  double e, w;
  if (q->wants_entropy) {
    sums(q->logits, m->vocabulary, q->allowed, largest, q->inverse_temperature, &e, &w);
    q->entropy = log(e) - w / e;
  } else {
    sums(q->logits, m->vocabulary, q->allowed, largest, q->inverse_temperature, &e, 0);
  }
  q->log_normalizer = log(e);
  if (q->list_room > 0 && !decided(q)) q->listed = NAME(shortlist)(m, q, q->list_room, q->list_ids, q->list_logits, q->list_weights);
}

static int is_candidate(const weir_query *q, int32_t id) {
  for (int32_t i = 0; i < q->found; i++)
    if (q->candidate_ids[i] == id) return 1;
  return 0;
}

int32_t NAME(tail)(const weir_model *m, const weir_query *q, double mass) {
  float largest = q->candidate_logits[0];
  double norm = exp(-q->log_normalizer), sum = 0;
  int32_t last = q->candidate_ids[q->found - 1]; /* if all others are impossible */
  for (int64_t id = 0; id < m->vocabulary; id += WEIR_LANES) {
    lanes v = load_allowed(q->logits, id, m->vocabulary, q->allowed);
    float p[WEIR_LANES];
    lanes_store(p, lanes_exp(lanes_mul(lanes_sub(v, lanes_set(largest)), lanes_set(q->inverse_temperature))));
    for (int lane = 0; lane < WEIR_LANES; lane++) {
      if (!(p[lane] > 0) || is_candidate(q, (int32_t)id + lane)) continue;
      last = (int32_t)id + lane;
      sum += p[lane] * norm;
      if (sum > mass) return last;
    }
  }
  return last;
}
