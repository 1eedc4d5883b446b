/* What this machine has: instructions that the processor knows and whose registers the operating system saves; huge pages. */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "ops.h"

#if defined(__x86_64__) && !defined(WEIR_PORTABLE_ONLY)
#include <cpuid.h>

static uint64_t saved_registers(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low | (uint64_t)high << 32;
}

int32_t weir_best_variant(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return WEIR_PORTABLE;
  int fma = c >> 12 & 1, xsave = c >> 27 & 1, avx = c >> 28 & 1, f16c = c >> 29 & 1;
  if (!(fma && xsave && avx && f16c) || (saved_registers() & 0x06) != 0x06) return WEIR_PORTABLE;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return WEIR_PORTABLE;
  int avx2 = b >> 5 & 1;
  if (!avx2) return WEIR_PORTABLE;
  int avx512 = (b >> 16 & 1) && (b >> 30 & 1) && (b >> 31 & 1) && (b >> 17 & 1); /* F, BW, VL, DQ */
  int vnni = c >> 11 & 1;
  return avx512 && vnni && (saved_registers() & 0xe6) == 0xe6 ? WEIR_AVX512VNNI : WEIR_AVX2;
}
#else
int32_t weir_best_variant(void) { return WEIR_PORTABLE; }
#endif

void *weir_map(int64_t bytes) {
  void *memory = mmap(0, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return 0;
#ifdef MADV_HUGEPAGE
  madvise(memory, (size_t)bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

void weir_unmap(void *memory, int64_t bytes) { munmap(memory, (size_t)bytes); }

int64_t weir_size(int32_t of) {
  static const int64_t sizes[] = {sizeof(weir_matrix), sizeof(weir_layer), sizeof(weir_activations), sizeof(weir_model),
                                  sizeof(weir_slice),  sizeof(weir_query), sizeof(weir_step),        sizeof(weir_panel)};
  return of >= 0 && of < (int32_t)(sizeof sizes / sizeof *sizes) ? sizes[of] : -1;
}
