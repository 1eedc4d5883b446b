/* The table of one variant. */
#include "ops.h"
#include "lanes.h"

void NAME(linear)(const weir_linear *, int64_t, int64_t);
void NAME(reduce)(const weir_low_rank *, const float *, int64_t, float *);
void NAME(embed)(const weir_matrix *, int64_t, float *);
void NAME(embed_cell)(const weir_model *, int64_t, int64_t, float *);
void NAME(norm)(const float *, const float *, int64_t, int64_t, float, int, const weir_activations *, int64_t);
void NAME(keep)(const float *, int64_t, int, const weir_activations *, int64_t);
void NAME(rope)(const weir_model *, int32_t, float *, int64_t, const int32_t *);
void NAME(attend)(const weir_model *, int32_t, const weir_slice *, int32_t, int64_t, int64_t);
void NAME(attend_part)(const weir_model *, int32_t, const weir_slice *, int32_t, int64_t, float *);
void NAME(attend_merge)(const weir_model *, int32_t, const weir_slice *, int32_t, float *);
void NAME(answer)(const weir_model *, weir_query *);
int32_t NAME(tail)(const weir_model *, const weir_query *, double);
int32_t NAME(shortlist)(const weir_model *, const weir_query *, int32_t, int32_t *, float *, float *);

const weir_ops NAME(weir_ops) = {NAME(linear), NAME(reduce), NAME(embed),       NAME(embed_cell),   NAME(norm),   NAME(keep),
                                 NAME(rope),   NAME(attend), NAME(attend_part), NAME(attend_merge), NAME(answer), NAME(tail),
                                 NAME(shortlist)};
