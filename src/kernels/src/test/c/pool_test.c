/* The pool: every piece is computed once, who may not work sleeps, and who holds the others up rests and comes back. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ops.h"

enum { THREADS = 4, PIECES = 37, TASKS = 3000, LIMIT_SECONDS = 60 };

static _Atomic int computed[PIECES];
static pid_t caller;

static void count(void *context, int64_t piece) {
  (void)context;
  atomic_fetch_add(computed + piece, 1);
}

/* As if another process had the core of whoever helps. */
static void lose_core(void *context, int64_t piece) {
  count(context, piece);
  if (gettid() == caller) {
    for (int64_t others = atomic_load((_Atomic int64_t *)context); others < 1; others = atomic_load((_Atomic int64_t *)context)) {
    }
  } else {
    atomic_fetch_add((_Atomic int64_t *)context, 1);
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, 0);
  }
}

static int fail(const char *what, int64_t found, int64_t expected) {
  printf("pool: %s: %lld, not %lld\n", what, (long long)found, (long long)expected);
  return 1;
}

static int check_pieces(void) {
  for (int32_t threads = 1; threads <= THREADS; threads++) {
    void *pool = weir_pool_open(threads);
    for (int i = 0; i < TASKS; i++) {
      for (int j = 0; j < PIECES; j++) atomic_store(computed + j, 0);
      weir_pool_limit(pool, 1 + i % threads);
      int64_t pieces = i % (PIECES + 1);
      weir_pool_run(pool, count, 0, pieces);
      for (int j = 0; j < PIECES; j++)
        if (atomic_load(computed + j) != (j < pieces)) return fail("times that a piece was computed", atomic_load(computed + j), j < pieces);
    }
    weir_pool_close(pool);
  }
  return 0;
}

/* Pieces of the caller, and of another thread, in their order. */
static int64_t order[2][PIECES];
static int ordered[2];

static void remember(void *context, int64_t piece) {
  (void)context;
  int other = gettid() != caller;
  order[other][ordered[other]++] = piece;
  for (volatile int i = 0; i < 300; i++) {
  }
}

/* Where the j-th piece of a thread is: it begins with a half and goes on with the other's end. */
static int64_t expected_piece(int other, int64_t j, int64_t pieces) {
  int64_t half = (pieces + 1) / 2, first = other ? half : 0, last = other ? pieces : half;
  return first + j < last ? first + j : (other ? half : pieces) - 1 - (first + j - last);
}

static int check_order(void) {
  void *pool = weir_pool_open(2);
  int helped = 0, crossed = 0;
  time_t end = time(0) + LIMIT_SECONDS;
  for (int i = 0; (i < TASKS || !helped || !crossed) && time(0) < end; i++) {
    int64_t pieces = 2 + i % (PIECES - 1), half = (pieces + 1) / 2;
    ordered[0] = ordered[1] = 0;
    weir_pool_run(pool, remember, 0, pieces);
    int alone = ordered[1] == 0 && order[0][pieces - 1] == pieces - 1; /* the other rests, on a busy machine: one after another */
    for (int other = 0; other < 2; other++)
      for (int j = 0; j < ordered[other]; j++) {
        int64_t expected = alone ? j : expected_piece(other, j, pieces);
        if (order[other][j] != expected) return fail("piece in its place", order[other][j], expected);
      }
    crossed |= !alone && (ordered[0] > half || ordered[1] > pieces - half);
    helped |= ordered[1] > 0;
  }
  weir_pool_close(pool);
  return helped && crossed ? 0 : fail("threads that finished the other half", helped + crossed, 2);
}

/* How often each thread but the caller has gone to sleep, by its number in the folder of tasks. */
static int sleeps(int64_t *all) {
  DIR *tasks = opendir("/proc/self/task");
  int threads = 0;
  for (struct dirent *task; (task = readdir(tasks));) {
    if (atoi(task->d_name) == 0 || atoi(task->d_name) == caller) continue;
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/self/task/%d/status", atoi(task->d_name));
    FILE *status = fopen(path, "r");
    long long times = -1;
    while (status && fgets(line, sizeof line, status))
      if (sscanf(line, "voluntary_ctxt_switches: %lld", &times) == 1) break;
    if (status) fclose(status);
    if (threads < THREADS) all[threads++] = times;
  }
  closedir(tasks);
  return threads;
}

/* Threads beyond the limit sleep through a thousand tasks once they sleep at all. */
static int check_parking(void) {
  void *pool = weir_pool_open(THREADS);
  weir_pool_limit(pool, 2);
  int parked = 0;
  for (time_t end = time(0) + LIMIT_SECONDS; parked < THREADS - 2 && time(0) < end;) {
    int64_t before[THREADS] = {0}, after[THREADS] = {0};
    int threads = sleeps(before);
    for (int i = 0; i < TASKS; i++) {
      weir_pool_run(pool, count, 0, PIECES);
      if (i % 100 == 0) usleep(200); /* the one that works falls asleep and is woken */
    }
    parked = 0;
    if (sleeps(after) == threads)
      for (int i = 0; i < threads; i++) parked += before[i] == after[i];
  }
  weir_pool_close(pool);
  return parked >= THREADS - 2 ? 0 : fail("threads that slept on", parked, THREADS - 2);
}

static int check_rest(void) {
  void *pool = weir_pool_open(2);
  time_t end = time(0) + LIMIT_SECONDS;
  while (weir_pool_threads(pool) == 2 && time(0) < end) { /* where the caller has no core either, it sees nothing */
    _Atomic int64_t helped = 0;
    weir_pool_run(pool, lose_core, &helped, 2); /* the caller's piece lasts until the other's is begun */
  }
  if (weir_pool_threads(pool) != 1) return fail("threads after one had no core", weir_pool_threads(pool), 1);
  end = time(0) + LIMIT_SECONDS;
  while (weir_pool_threads(pool) != 2 && time(0) < end) weir_pool_run(pool, count, 0, PIECES);
  if (weir_pool_threads(pool) != 2) return fail("threads after a rest", weir_pool_threads(pool), 2);
  weir_pool_close(pool);
  return 0;
}

int main(void) {
  caller = gettid();
  int failures = check_pieces() + check_order() + check_parking() + check_rest();
  printf("4 checks of the pool, %d failures\n", failures);
  return failures > 0;
}
