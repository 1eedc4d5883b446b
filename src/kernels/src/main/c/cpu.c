/* What this machine has: instructions that the processor knows and whose registers the operating system saves. */
#include "ops.h"

#if defined(__x86_64__)
#include <cpuid.h>

static uint64_t saved_registers(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low | (uint64_t)high << 32;
}

/* What a variant wants: bits of CPUID 1.ecx, 7.ebx, 7.ecx and 7.1.eax, and registers that the system saves, as XCR0 has them. */
typedef struct {
  uint32_t c1, b7, c7, a71;
  uint64_t registers;
} features;

enum { FMA_XSAVE_AVX_F16C = 1 << 12 | 1 << 27 | 1 << 28 | 1 << 29, AVX2 = 1 << 5, AVXVNNI = 1 << 4, AVX512VNNI = 1 << 11 };
#define AVX512_F_DQ_BW_VL (1u << 16 | 1u << 17 | 1u << 30 | 1u << 31)
enum { YMM = 0x06, ZMM = 0xe6 };

static const features wanted_by[WEIR_VARIANTS] = {
    [WEIR_AVX2] = {FMA_XSAVE_AVX_F16C, AVX2, 0, 0, YMM},
#ifdef WEIR_AVXVNNI_IN_EVEX /* the same instruction, in the encoding of AVX-512 */
    [WEIR_AVXVNNI] = {FMA_XSAVE_AVX_F16C, AVX2 | AVX512_F_DQ_BW_VL, AVX512VNNI, 0, ZMM},
#else
    [WEIR_AVXVNNI] = {FMA_XSAVE_AVX_F16C, AVX2, 0, AVXVNNI, YMM},
#endif
    [WEIR_AVX512VNNI] = {FMA_XSAVE_AVX_F16C, AVX2 | AVX512_F_DQ_BW_VL, AVX512VNNI, 0, ZMM},
};

static int processor_has(int32_t variant) {
  const features *wanted = wanted_by + variant;
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & wanted->c1) != wanted->c1) return 0;
  if ((saved_registers() & wanted->registers) != wanted->registers) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  if ((b & wanted->b7) != wanted->b7 || (c & wanted->c7) != wanted->c7) return 0;
  if (wanted->a71 == 0) return 1;
  if (a < 1) return 0; /* the last subleaf of leaf 7 */
  __cpuid_count(7, 1, a, b, c, d);
  return (a & wanted->a71) == wanted->a71;
}
#else
static int processor_has(int32_t variant) { return variant == WEIR_PORTABLE; }
#endif

/* Those that the compiler could make. */
static const int8_t compiled[WEIR_VARIANTS] = {
    [WEIR_PORTABLE] = 1,
#ifdef WEIR_HAS_AVX2
    [WEIR_AVX2] = 1,
#endif
#ifdef WEIR_HAS_AVXVNNI
    [WEIR_AVXVNNI] = 1,
#endif
#ifdef WEIR_HAS_AVX512VNNI
    [WEIR_AVX512VNNI] = 1,
#endif
};

int32_t weir_has_variant(int32_t variant) {
  if (variant < 0 || variant >= WEIR_VARIANTS || !compiled[variant]) return 0;
  return variant == WEIR_PORTABLE || processor_has(variant);
}

int32_t weir_best_variant(void) {
  int32_t best = WEIR_VARIANTS - 1;
  while (!weir_has_variant(best)) best--;
  return best;
}

int64_t weir_size(int32_t of) {
  static const int64_t sizes[] = {sizeof(weir_matrix), sizeof(weir_layer), sizeof(weir_activations), sizeof(weir_model),
                                  sizeof(weir_slice),  sizeof(weir_query), sizeof(weir_step),        sizeof(weir_low_rank),
                                  sizeof(weir_adapter), sizeof(weir_panel), sizeof(weir_grid)};
  return of >= 0 && of < (int32_t)(sizeof sizes / sizeof *sizes) ? sizes[of] : -1;
}
