/*
 * Threads that compute the pieces of one task together, and the caller with them. Pieces are claimed one by one, so that a thread whose
 * core another process took holds up one piece at most, and one that sleeps nothing. Between tasks they spin for a while, then sleep.
 *
 * A ticket is (number of the task << 32 | next piece): a thread that is late can claim nothing of a task that it has not read, since
 * the number differs. The caller closes a task before it writes the next one.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ops.h"

#define CLOSED 0xffffffffu
/* About 30 us: longer than a step goes between tasks that are shared, shorter than a time slice. */
enum { SPINS = 600, MOST_THREADS = 64 };

typedef void (*task_function)(void *, int64_t);

typedef struct {
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic uint32_t done;
  _Alignas(64) _Atomic(task_function) task;
  _Atomic(void *) context;
  _Atomic uint32_t pieces;
  _Alignas(64) _Atomic uint32_t bell; /* futex: changes when there is something to do for those who sleep */
  _Atomic uint32_t asleep;
  _Atomic uint32_t limit; /* threads that may work */
  _Atomic uint32_t ended;
  int32_t threads;
  pthread_t thread[MOST_THREADS];
} pool;

typedef struct {
  pool *of;
  uint32_t number;
} worker;

static inline void pause_spin(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  sched_yield();
#endif
}

/* Computes pieces of the open task until there are none left; whether there were any. */
static int work(pool *p) {
  int worked = 0;
  uint64_t ticket = atomic_load_explicit(&p->ticket, memory_order_acquire);
  for (;;) {
    uint32_t next = (uint32_t)ticket;
    if (next == CLOSED) return worked;
    task_function task = atomic_load_explicit(&p->task, memory_order_relaxed);
    void *context = atomic_load_explicit(&p->context, memory_order_relaxed);
    if (next >= atomic_load_explicit(&p->pieces, memory_order_relaxed)) return worked;
    if (!atomic_compare_exchange_weak_explicit(&p->ticket, &ticket, ticket + 1, memory_order_acq_rel, memory_order_acquire)) continue;
    task(context, next);
    atomic_fetch_add_explicit(&p->done, 1, memory_order_release);
    worked = 1;
    ticket = atomic_load_explicit(&p->ticket, memory_order_acquire);
  }
}

static void sleep_until_rung(pool *p, uint32_t bell) {
  atomic_fetch_add(&p->asleep, 1);
  /* A task that was opened before the count rose is seen here; one opened later rings. */
  uint64_t ticket = atomic_load(&p->ticket);
  int busy = (uint32_t)ticket != CLOSED && (uint32_t)ticket < atomic_load(&p->pieces);
  if (!busy && !atomic_load(&p->ended)) syscall(SYS_futex, &p->bell, FUTEX_WAIT_PRIVATE, bell, 0, 0, 0);
  atomic_fetch_sub(&p->asleep, 1);
}

static void *run_worker(void *argument) {
  worker *self = argument;
  pool *p = self->of;
  uint32_t number = self->number;
  free(self);
  int spins = 0;
  while (!atomic_load_explicit(&p->ended, memory_order_acquire)) {
    uint32_t bell = atomic_load(&p->bell);
    if (number < atomic_load_explicit(&p->limit, memory_order_relaxed) && work(p)) {
      spins = 0;
    } else if (++spins < SPINS) {
      pause_spin();
    } else {
      sleep_until_rung(p, bell);
      spins = 0;
    }
  }
  return 0;
}

static void ring(pool *p) {
  atomic_fetch_add(&p->bell, 1);
  syscall(SYS_futex, &p->bell, FUTEX_WAKE_PRIVATE, MOST_THREADS, 0, 0, 0);
}

/* Signals are the JVM's: its handlers know nothing of these threads. */
static int start(pool *p, int32_t number) {
  worker *self = malloc(sizeof *self);
  if (!self) return 1;
  *self = (worker){p, (uint32_t)number};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&p->thread[number], 0, run_worker, self);
  pthread_sigmask(SIG_SETMASK, &before, 0);
  if (failed) free(self);
  return failed;
}

void *weir_pool_open(int32_t threads) {
  if (threads < 1 || threads > MOST_THREADS) return 0;
  pool *p = aligned_alloc(64, (sizeof *p + 63) / 64 * 64);
  if (!p) return 0;
  *p = (pool){.ticket = CLOSED, .limit = (uint32_t)threads, .threads = 1};
  for (int32_t i = 1; i < threads; i++) {
    if (start(p, i)) {
      weir_pool_close(p);
      return 0;
    }
    p->threads++;
  }
  return p;
}

void weir_pool_close(void *of) {
  pool *p = of;
  atomic_store(&p->ended, 1);
  ring(p);
  for (int32_t i = 1; i < p->threads; i++) pthread_join(p->thread[i], 0);
  free(p);
}

void weir_pool_limit(void *of, int32_t threads) { atomic_store(&((pool *)of)->limit, (uint32_t)threads); }

int32_t weir_pool_threads(const void *of) { return (int32_t)atomic_load(&((pool *)(uintptr_t)of)->limit); }

void weir_pool_run(void *of, void (*task)(void *, int64_t), void *context, int64_t pieces) {
  pool *p = of;
  if (pieces <= 1 || atomic_load_explicit(&p->limit, memory_order_relaxed) == 1) {
    for (int64_t i = 0; i < pieces; i++) task(context, i);
    return;
  }
  uint64_t ticket = atomic_load(&p->ticket);
  atomic_store_explicit(&p->task, task, memory_order_relaxed);
  atomic_store_explicit(&p->context, context, memory_order_relaxed);
  atomic_store_explicit(&p->pieces, (uint32_t)pieces, memory_order_relaxed);
  atomic_store_explicit(&p->done, 0, memory_order_relaxed);
  atomic_store(&p->ticket, ((ticket >> 32) + 1) << 32);
  if (atomic_load(&p->asleep)) ring(p);
  work(p);
  for (int spins = 0; atomic_load_explicit(&p->done, memory_order_acquire) != (uint32_t)pieces;) {
    if (++spins < SPINS) {
      pause_spin();
    } else {
      sched_yield(); /* whoever has the last piece may want this core */
    }
  }
  atomic_store(&p->ticket, (((ticket >> 32) + 1) << 32) | CLOSED);
}
