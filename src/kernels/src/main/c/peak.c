/*
 * What this processor can do at best, for benchmarks to hold the kernels against: integer products in registers alone, and reads of memory
 * of which nothing is kept but a checksum. The products are assembly: of a loop of intrinsics compilers make one half as fast, with copies
 * of accumulators in it.
 */
#include "weir.h"

#if defined(__x86_64__) && !defined(WEIR_PORTABLE_ONLY)
#include <cpuid.h>
#include <immintrin.h>

int32_t weir_peak_instruction(void) {
  uint32_t a, b, c, d;
  int32_t best = weir_best_variant();
  if (best == WEIR_AVX512VNNI) return WEIR_VPDPBUSD_512;
  if (best != WEIR_AVX2) return WEIR_NO_PEAK;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1) ? WEIR_VPDPBUSD_256 : WEIR_VPMADDUBSW_256;
}

/* More independent accumulators than latency times issue width of any processor: 24 of 32 registers, 12 of 16. */
#define EACH_OF_12(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define EACH_OF_24(X) EACH_OF_12(X) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)
#define CLOBBERED(i) "xmm" #i,

/* `loops` times the instruction on each accumulator; operands are what the registers hold, which no processor minds. */
#define PEAK_LOOP(EACH, INSTRUCTION)                       \
  __asm__ volatile("1:\n\t" EACH(INSTRUCTION) "dec %0\n\t" \
                   "jnz 1b\n\t"                            \
                   "vzeroupper"                            \
                   : "+r"(loops)                           \
                   :                                       \
                   : EACH(CLOBBERED) "cc")

__attribute__((target("avx512f"))) static void vpdpbusd_512(int64_t loops) {
#define INSTRUCTION(i) "vpdpbusd %%zmm24, %%zmm25, %%zmm" #i "\n\t"
  PEAK_LOOP(EACH_OF_24, INSTRUCTION);
#undef INSTRUCTION
}

/* vpdpbusd ymm, ymm13, ymm12 in the encoding of AVX-VNNI, which older assemblers do not know. */
__attribute__((target("avx2"))) static void vpdpbusd_256(int64_t loops) {
#define INSTRUCTION(i) ".byte 0xc4, 0xc2 - ((" #i " >> 3) << 7), 0x15, 0x50, 0xc4 + ((" #i " & 7) << 3)\n\t"
  PEAK_LOOP(EACH_OF_12, INSTRUCTION);
#undef INSTRUCTION
}

__attribute__((target("avx2"))) static void vpmaddubsw_256(int64_t loops) {
#define INSTRUCTION(i) "vpmaddubsw %%ymm12, %%ymm13, %%ymm" #i "\n\t"
  PEAK_LOOP(EACH_OF_12, INSTRUCTION);
#undef INSTRUCTION
}

int64_t weir_peak_products(int32_t instruction, int64_t loops) {
  switch (instruction) {
    case WEIR_VPDPBUSD_512:
      vpdpbusd_512(loops);
      return loops * 24 * 64;
    case WEIR_VPDPBUSD_256:
      vpdpbusd_256(loops);
      return loops * 12 * 32;
    case WEIR_VPMADDUBSW_256:
      vpmaddubsw_256(loops);
      return loops * 12 * 32;
    default:
      return 0;
  }
}

/* Lines of 64 bytes from four places, each the beginning of a stream. */
__attribute__((target("avx512f"))) static uint64_t read_512(const char *memory, int64_t stride, int64_t step, int64_t steps) {
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (int64_t i = 0; i < steps; i++, memory += step) {
    a = _mm512_xor_si512(a, _mm512_load_si512(memory));
    b = _mm512_xor_si512(b, _mm512_load_si512(memory + stride));
    c = _mm512_xor_si512(c, _mm512_load_si512(memory + 2 * stride));
    d = _mm512_xor_si512(d, _mm512_load_si512(memory + 3 * stride));
  }
  a = _mm512_xor_si512(_mm512_xor_si512(a, b), _mm512_xor_si512(c, d));
  uint64_t lanes[8], sum = 0;
  _mm512_storeu_si512(lanes, a);
  for (int i = 0; i < 8; i++) sum ^= lanes[i];
  return sum;
}
#else
int32_t weir_peak_instruction(void) { return WEIR_NO_PEAK; }

int64_t weir_peak_products(int32_t instruction, int64_t loops) {
  (void)instruction, (void)loops;
  return 0;
}
#endif

static uint64_t read_words(const char *memory, int64_t stride, int64_t step, int64_t steps) {
  uint64_t sums[4][8] = {{0}};
  for (int64_t i = 0; i < steps; i++, memory += step)
    for (int stream = 0; stream < 4; stream++) {
      const uint64_t *line = (const uint64_t *)(memory + stream * stride);
      for (int word = 0; word < 8; word++) sums[stream][word] ^= line[word];
    }
  uint64_t sum = 0;
  for (int i = 0; i < 32; i++) sum ^= sums[i / 8][i % 8];
  return sum;
}

uint64_t weir_peak_read(const void *memory, int64_t bytes, int32_t streams) {
  int64_t stride = streams == 4 ? bytes / 4 : 64, step = streams == 4 ? 64 : 256;
#if defined(__x86_64__) && !defined(WEIR_PORTABLE_ONLY)
  if (weir_best_variant() == WEIR_AVX512VNNI) return read_512(memory, stride, step, bytes / 256);
#endif
  return read_words(memory, stride, step, bytes / 256);
}
