/* Memory for weights, caches and scratch, straight from the system. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "ops.h"

#ifdef WEIR_GUARDED
/* Ends where a page begins that nobody may touch. */
static int64_t pages(int64_t bytes) { return padded(bytes, sysconf(_SC_PAGESIZE)); }

void *weir_map(int64_t bytes) {
  int64_t all = pages(bytes) + sysconf(_SC_PAGESIZE);
  uint8_t *memory = mmap(0, (size_t)all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return 0;
  if (mprotect(memory, (size_t)pages(bytes), PROT_READ | PROT_WRITE)) {
    munmap(memory, (size_t)all);
    return 0;
  }
  return memory + pages(bytes) - padded(bytes, 8);
}

void weir_unmap(void *memory, int64_t bytes) {
  uint8_t *end = (uint8_t *)memory + padded(bytes, 8);
  munmap(end - pages(bytes), (size_t)(pages(bytes) + sysconf(_SC_PAGESIZE)));
}

int32_t weir_guards(void) { return 1; }
#else
void *weir_map(int64_t bytes) {
  void *memory = mmap(0, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return 0;
#ifdef MADV_HUGEPAGE
  madvise(memory, (size_t)bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

void weir_unmap(void *memory, int64_t bytes) { munmap(memory, (size_t)bytes); }

int32_t weir_guards(void) { return 0; }
#endif

/* Writes to a page what is there, in one instruction: what a step writes there meanwhile is not lost. */
static void touch(uint8_t *page) {
  uint8_t there = __atomic_load_n(page, __ATOMIC_RELAXED);
  __atomic_compare_exchange_n(page, &there, there, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void weir_prefault(const weir_model *m, int64_t from, int64_t to) {
  int64_t page = sysconf(_SC_PAGESIZE), element = m->cache_is_f32 ? 4 : 2;
  for (int32_t layer = 0; layer < m->layers; layer++) {
    uint8_t *at = (uint8_t *)m->cache + cache_at(m, layer, from, 0) * element;
    uint8_t *end = (uint8_t *)m->cache + cache_at(m, layer, to, 0) * element;
    for (; at < end; at += page - (int64_t)((uintptr_t)at % (uintptr_t)page)) touch(at);
  }
}
