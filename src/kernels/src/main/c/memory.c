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
