/*
 * Buffers of just the size that weir.h asks for, each with a name. On the heap the sanitizers watch both of their ends, to the byte. In
 * pages of its own a buffer ends, or begins, where memory is that nobody may touch: so the library that is shipped can be watched, with
 * all its optimisation. What nobody wrote yet is not a number, or infinite, or zero.
 */
#ifndef WEIR_BUFFERS_H
#define WEIR_BUFFERS_H
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum placement { ON_THE_HEAP, BEFORE_A_GUARD, BEHIND_A_GUARD };
/* Bytes of which halves and floats are the same: quiet NaN, infinity (0x7c00, and 0x7c007c00: 2.7e36), 0. */
enum garbage { NOT_A_NUMBER, INFINITE, ZEROS };
enum { MOST_BUFFERS = 8192 };

typedef struct {
  const char *name;
  uint8_t *start, *mapping;
  int64_t bytes, mapped;
} watched;

static watched buffers[MOST_BUFFERS];
static int buffer_count;
static enum placement placement = ON_THE_HEAP;
static enum garbage garbage = NOT_A_NUMBER;

static _Noreturn void give_up(const char *why, const char *name) {
  fprintf(stderr, "%s %s\n", why, name);
  exit(2);
}

static void fill(void *p, int64_t bytes) {
  uint8_t *to = p;
  for (int64_t i = 0; i < bytes; i++) to[i] = garbage == NOT_A_NUMBER ? 0xff : garbage == ZEROS ? 0 : i % 2 ? 0x7c : 0;
}

/* A buffer of bytes from which elements of 4 bytes, or structs, are read. */
static void *buffer(const char *name, int64_t bytes) {
  if (buffer_count == MOST_BUFFERS) give_up("no room for", name);
  watched *b = buffers + buffer_count++;
  *b = (watched){.name = name, .bytes = bytes};
  int64_t page = sysconf(_SC_PAGESIZE);
  if (placement == ON_THE_HEAP) {
    void *memory;
    if (posix_memalign(&memory, 64, (size_t)(bytes ? bytes : 1))) give_up("no memory for", name);
    b->start = memory;
  } else {
    int64_t inner = (bytes + page - 1) / page * page;
    b->mapped = inner + 2 * page;
    b->mapping = mmap(0, (size_t)b->mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (b->mapping == MAP_FAILED || mprotect(b->mapping + page, (size_t)inner, PROT_READ | PROT_WRITE)) give_up("no memory for", name);
    b->start = b->mapping + page + (placement == BEFORE_A_GUARD ? inner - bytes : 0);
  }
  fill(b->start, bytes);
  return b->start;
}

/* Buffers from `first` on are only read from now on, where pages can tell. */
static inline void seal(int first) {
  int64_t page = sysconf(_SC_PAGESIZE);
  for (int i = first; i < buffer_count && placement != ON_THE_HEAP; i++)
    mprotect(buffers[i].mapping + page, (size_t)(buffers[i].mapped - 2 * page), PROT_READ);
}

/* The last buffer of a name is written again. */
static inline void unseal(const char *name) {
  int64_t page = sysconf(_SC_PAGESIZE);
  int i = buffer_count - 1;
  while (strcmp(buffers[i].name, name)) i--;
  if (placement != ON_THE_HEAP) mprotect(buffers[i].mapping + page, (size_t)(buffers[i].mapped - 2 * page), PROT_READ | PROT_WRITE);
}

static void free_buffers(int down_to) {
  while (buffer_count > down_to) {
    watched *b = buffers + --buffer_count;
    if (b->mapping) {
      munmap(b->mapping, (size_t)b->mapped);
    } else {
      free(b->start);
    }
  }
}

static void tell_buffer(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  uint8_t *at = info->si_addr;
  for (int i = 0; i < buffer_count; i++) {
    watched *b = buffers + i;
    if (at < b->mapping || at >= b->mapping + b->mapped) continue;
    char line[200];
    int n = snprintf(line, sizeof line, "byte %lld of %s, which has %lld, was touched and must not be\n", (long long)(at - b->start),
                     b->name, (long long)b->bytes);
    if (write(2, line, (size_t)n) < 0) break;
  }
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

/* A touch of a guard ends the program and says whose guard it was. */
static inline void watch(void) {
  struct sigaction action = {.sa_sigaction = tell_buffer, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGBUS, &action, 0);
}
#endif
