/*
 * Threads that compute the pieces of one task together, and the caller with them. Pieces are claimed one by one, so that a thread whose
 * core another process took holds up one piece at most, and one that sleeps nothing. Between tasks they spin for a while, then sleep;
 * those that may not work are parked, and nobody wakes them before they may.
 *
 * The pieces are two halves; threads of even numbers, the caller's is 0, begin with the first piece of one, those of odd numbers with the
 * first of the other. So a thread's next piece lies behind its last, and the weights that it asked for ahead are its own. Who has finished
 * a half goes on with the other from its end.
 *
 * A ticket is (number of the task << 32 | pieces claimed by odd threads << 16 | by even ones): a thread that is late can claim nothing of
 * a task that it has not read, since the number differs. The caller closes a task, all and more claimed, before it writes the next one.
 *
 * On a busy machine that one piece is the trouble: everybody waits for a thread that has it and no core, for the whole slice of time
 * that another process got. So an account is kept of such waits. A fifth of the time fills it; who overdraws it sends one thread to rest,
 * for so long that the waits become a small part of the time.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ops.h"

/* About 30 us: longer than a step goes between tasks that are shared, shorter than a time slice. */
enum { SPINS = 600, MOST_THREADS = 64, MOST_PIECES = 0xffff };
#define CLOSED 0xffffffffull

/*
 * Nanoseconds, but for shares. A machine that is idle but virtual takes a core for 1 to 10 ms once or twice a second: the credit is beyond
 * that, and a core that another process has uses it up within some 100 ms. Coming back may cost a slice of 3 to 5 ms: after 32 times
 * that, it is three in a hundred, and the next rest is twice as long.
 */
enum { CREDIT_SHARE = 5, MOST_CREDIT = 20000000, REST = 32, LONGEST_REST = 500000000 };

typedef void (*task_function)(void *, int64_t);

typedef struct pool pool;

typedef struct {
  _Alignas(64) _Atomic uint32_t busy; /* between its first piece of a task and its last */
  _Atomic uint32_t turn;              /* futex: changes when the thread may work again */
  pool *of;
  uint32_t number;
  clockid_t clock; /* of the time that it had a core */
  pthread_t thread;
} worker;

struct pool {
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic uint32_t done;
  _Alignas(64) _Atomic(task_function) task;
  _Atomic(void *) context;
  _Atomic uint32_t pieces;
  _Alignas(64) _Atomic uint32_t bell; /* futex: changes when there is something to do for those who sleep */
  _Atomic uint32_t asleep;
  _Atomic uint32_t hands; /* threads that work now; the others are parked */
  _Atomic uint32_t ended;
  /* The caller's own; times are of the monotonic clock. */
  int32_t limit, able;  /* threads that may work, and that do not rest; the lesser are the hands */
  int64_t credit;       /* what waits may cost, ns */
  int64_t counted;      /* until when credit was given */
  int64_t rest, resume; /* how long a thread rests, and until when; once it is back, how long that counts as new */
  int32_t threads;
  worker workers[MOST_THREADS]; /* from 1: the caller has no place here */
};

static inline void pause_spin(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  sched_yield();
#endif
}

static int64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline uint32_t claimed_by_even(uint64_t ticket) { return ticket & MOST_PIECES; }
static inline uint32_t claimed_by_odd(uint64_t ticket) { return ticket >> 16 & MOST_PIECES; }
static inline uint32_t claimed(uint64_t ticket) { return claimed_by_even(ticket) + claimed_by_odd(ticket); }

/* The piece that the next claim of such a thread gets, if any is left. */
static inline uint32_t next_piece(uint64_t ticket, uint32_t odd, uint32_t pieces) {
  uint32_t half = (pieces + 1) / 2, before = odd ? claimed_by_odd(ticket) : claimed_by_even(ticket);
  uint32_t begin = odd ? half : 0, own = odd ? pieces - half : half;
  if (before < own) return begin + before;
  return (odd ? half : pieces) - 1 - (before - own); /* of the other half */
}

/* Computes pieces of the open task until there are none left; whether there were any. `busy` may be null. */
static int work(pool *p, uint32_t odd, _Atomic uint32_t *busy) {
  int worked = 0;
  uint64_t ticket = atomic_load_explicit(&p->ticket, memory_order_acquire);
  for (;;) {
    task_function task = atomic_load_explicit(&p->task, memory_order_relaxed);
    void *context = atomic_load_explicit(&p->context, memory_order_relaxed);
    uint32_t pieces = atomic_load_explicit(&p->pieces, memory_order_relaxed), piece = next_piece(ticket, odd, pieces);
    uint64_t mine = ticket + (odd ? 1 << 16 : 1);
    if (claimed(ticket) >= pieces) return worked;
    if (busy && !worked) atomic_store_explicit(busy, 1, memory_order_relaxed);
    worked = 1;
    if (!atomic_compare_exchange_weak_explicit(&p->ticket, &ticket, mine, memory_order_acq_rel, memory_order_acquire)) continue;
    task(context, piece);
    atomic_fetch_add_explicit(&p->done, 1, memory_order_release);
    ticket = atomic_load_explicit(&p->ticket, memory_order_acquire);
  }
}

static void sleep_on(_Atomic uint32_t *futex, uint32_t value) { syscall(SYS_futex, futex, FUTEX_WAIT_PRIVATE, value, 0, 0, 0); }

static void wake(_Atomic uint32_t *futex, int threads) {
  atomic_fetch_add(futex, 1);
  syscall(SYS_futex, futex, FUTEX_WAKE_PRIVATE, threads, 0, 0, 0);
}

static void sleep_until_rung(pool *p, uint32_t bell) {
  atomic_fetch_add(&p->asleep, 1);
  /* A task that was opened before the count rose is seen here; one opened later rings. */
  uint64_t ticket = atomic_load(&p->ticket);
  if (claimed(ticket) >= atomic_load(&p->pieces) && !atomic_load(&p->ended)) sleep_on(&p->bell, bell);
  atomic_fetch_sub(&p->asleep, 1);
}

static void *run_worker(void *argument) {
  worker *self = argument;
  pool *p = self->of;
  for (int spins = 0;;) {
    uint32_t turn = atomic_load(&self->turn), bell = atomic_load(&p->bell); /* before what they announce */
    if (atomic_load(&p->ended)) return 0;
    if (self->number >= atomic_load(&p->hands)) {
      sleep_on(&self->turn, turn);
    } else if (work(p, self->number % 2, &self->busy)) {
      atomic_store_explicit(&self->busy, 0, memory_order_relaxed);
      spins = 0;
    } else if (++spins < SPINS) {
      pause_spin();
    } else {
      sleep_until_rung(p, bell);
      spins = 0;
    }
  }
}

/* Signals are the JVM's: its handlers know nothing of these threads. */
static int start(pool *p, int32_t number) {
  worker *self = p->workers + number;
  self->of = p;
  self->number = (uint32_t)number;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&self->thread, 0, run_worker, self);
  pthread_sigmask(SIG_SETMASK, &before, 0);
  return failed || pthread_getcpuclockid(self->thread, &self->clock);
}

void *weir_pool_open(int32_t threads) {
  if (threads < 1 || threads > MOST_THREADS) return 0;
  pool *p = aligned_alloc(64, (sizeof *p + 63) / 64 * 64);
  if (!p) return 0;
  *p = (pool){.ticket = CLOSED, .hands = (uint32_t)threads, .limit = threads, .able = threads, .threads = 1};
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
  wake(&p->bell, MOST_THREADS);
  for (int32_t i = 1; i < p->threads; i++) wake(&p->workers[i].turn, 1);
  for (int32_t i = 1; i < p->threads; i++) pthread_join(p->workers[i].thread, 0);
  free(p);
}

/* Between tasks. Those who may work no longer see it themselves, when they have nothing to do. */
static void set_hands(pool *p) {
  int32_t hands = p->limit < p->able ? p->limit : p->able, before = (int32_t)atomic_exchange(&p->hands, (uint32_t)hands);
  for (int32_t i = before; i < hands && i < p->threads; i++) wake(&p->workers[i].turn, 1);
}

void weir_pool_limit(void *of, int32_t threads) {
  pool *p = of;
  if (threads > p->limit && p->counted) p->counted = nanoseconds(CLOCK_MONOTONIC); /* alone it could not wait for anybody */
  p->limit = threads;
  set_hands(p);
}

int32_t weir_pool_threads(const void *of) { return (int32_t)atomic_load(&((pool *)(uintptr_t)of)->hands); }

void weir_give_way(void) {
  enum { NICE = 10 };
  setpriority(PRIO_PROCESS, 0, NICE); /* on Linux of the thread alone; one that may not is as it was */
}

/* Everybody has waited for a thread that had no core. */
static void charge(pool *p, int64_t stalled, int64_t now) {
  int64_t earned = (now - p->counted) / CREDIT_SHARE;
  p->credit = (earned < MOST_CREDIT - p->credit ? p->credit + earned : MOST_CREDIT) - stalled;
  p->counted = now;
  if (p->credit >= 0) return;
  int64_t rest = -p->credit * REST;
  if (now < p->resume && rest < 2 * p->rest) rest = 2 * p->rest;
  p->rest = rest < LONGEST_REST ? rest : LONGEST_REST;
  p->resume = now + p->rest;
  p->credit = 0;
  p->able = weir_pool_threads(p) - 1;
  set_hands(p);
}

/* One of those that rest comes back, the others later. */
static void come_back(pool *p) {
  int64_t now = nanoseconds(CLOCK_MONOTONIC);
  if (now < p->resume) return;
  p->resume = now + p->rest;
  p->counted = now;
  p->able++;
  set_hands(p);
}

/* Waits for pieces that others compute, and finds out how much of it they had no core. */
static void await(pool *p, uint32_t pieces) {
  for (int spins = 0; spins < SPINS; spins++) {
    if (atomic_load_explicit(&p->done, memory_order_acquire) == pieces) return;
    pause_spin();
  }
  int64_t start = nanoseconds(CLOCK_MONOTONIC), stalled = 0;
  for (int32_t i = 1, hands = weir_pool_threads(p); i < hands; i++) {
    worker *w = p->workers + i;
    if (!atomic_load_explicit(&w->busy, memory_order_relaxed)) continue;
    int64_t began = nanoseconds(CLOCK_MONOTONIC), had = nanoseconds(w->clock);
    while (atomic_load_explicit(&p->done, memory_order_acquire) != pieces && atomic_load_explicit(&w->busy, memory_order_relaxed)) {
      sched_yield(); /* it may want this core */
    }
    stalled += nanoseconds(CLOCK_MONOTONIC) - began - (nanoseconds(w->clock) - had);
  }
  while (atomic_load_explicit(&p->done, memory_order_acquire) != pieces) sched_yield();
  int64_t now = nanoseconds(CLOCK_MONOTONIC);
  if (p->counted == 0) p->counted = start;
  if (stalled > 0) charge(p, stalled, now);
}

void weir_pool_run(void *of, void (*task)(void *, int64_t), void *context, int64_t pieces) {
  pool *p = of;
  if (p->able < p->limit) come_back(p);
  if (pieces <= 1 || pieces > MOST_PIECES || weir_pool_threads(p) == 1) {
    for (int64_t i = 0; i < pieces; i++) task(context, i);
    return;
  }
  uint64_t number = (atomic_load(&p->ticket) >> 32) + 1;
  atomic_store_explicit(&p->task, task, memory_order_relaxed);
  atomic_store_explicit(&p->context, context, memory_order_relaxed);
  atomic_store_explicit(&p->pieces, (uint32_t)pieces, memory_order_relaxed);
  atomic_store_explicit(&p->done, 0, memory_order_relaxed);
  atomic_store(&p->ticket, number << 32);
  if (atomic_load(&p->asleep)) wake(&p->bell, MOST_THREADS);
  work(p, 0, 0);
  await(p, (uint32_t)pieces);
  atomic_store(&p->ticket, number << 32 | CLOSED);
}
